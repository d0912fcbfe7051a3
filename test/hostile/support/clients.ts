// Three HTTP clients that read the same reply: node:http, curl and Python's http.client.
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Agent, get } from "node:http";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** How a client took a reply. */
export interface Reading {
  /** 0: it gave up before there was one. */
  readonly status: number;
  /** Latin-1. */
  readonly body: string;
  readonly whole: boolean;
  /** Lower-case "name: value", sorted. */
  readonly fields: readonly string[];
}

/** The fields of a hop, and those that differ from reply to reply. */
const OWN = /^(?:date|traceresponse|connection|keep-alive|transfer-encoding): /;

function fieldsOf(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .filter((field) => !OWN.test(field))
    .sort();
}

export function readByNode(url: string, agent: Agent): Promise<Reading> {
  return new Promise((resolve) => {
    const none: Reading = { status: 0, body: "", whole: false, fields: [] };
    const request = get(url, { agent }, (response) => {
      const { statusCode: status = 0, rawHeaders } = response;
      const pairs = rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as const] : [],
      );
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
      response.on("error", () => undefined);
      response.on("close", () =>
        resolve({ status, body, whole: response.complete, fields: fieldsOf(pairs) }),
      );
    });
    request.on("error", () => resolve(none));
  });
}

export function readByCurl(url: string, headFile: string): Promise<Reading> {
  const args = ["-s", "-D", headFile, "-m", "10", url];
  return new Promise((resolve) => {
    execFile("curl", args, { encoding: "latin1" }, (error, body) =>
      resolve({ ...readDump(readFileSync(headFile, "latin1")), body, whole: error === null }),
    );
  });
}

/** Heads, interim ones first, and trailers. */
function readDump(dump: string): Pick<Reading, "status" | "fields"> {
  const [head = "", ...rest] = dump.split("\r\n\r\n");
  const [start = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1.1 (\d{3})/.exec(start)?.[1] ?? 0);
  if (status > 0 && status < 200) return readDump(rest.join("\r\n\r\n"));
  const pairs = lines.map((line) => {
    const [, name = "", value = ""] = /^([^:]*):[ \t]*(.*)$/s.exec(line) ?? [];
    return [name, value] as const;
  });
  return { status, fields: fieldsOf(pairs) };
}

const PYTHON = `
import http.client, json, sys
for line in sys.stdin:
    port, path = line.split()
    found = {"status": 0, "body": "", "whole": False, "pairs": []}
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        found["status"] = reply.status
        found["pairs"] = [[name, value] for name, value in reply.getheaders()]
        found["body"] = reply.read().decode("latin1")
        found["whole"] = True
    except http.client.IncompleteRead as cut:
        found["body"] = cut.partial.decode("latin1")
    except Exception as fault:
        found["fault"] = repr(fault)
    connection.close()
    print(json.dumps(found), flush=True)
`;

interface PythonReading extends Omit<Reading, "fields"> {
  readonly pairs: readonly (readonly [string, string])[];
}

export interface PythonClient extends AsyncDisposable {
  readonly read: (url: string) => Promise<Reading>;
}

export function startPython(): PythonClient {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn("python3", ["-c", PYTHON], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async read(url) {
      const { port, pathname } = new URL(url);
      child.stdin.write(`${port} ${pathname}\n`);
      const { value } = await lines.next();
      const { pairs, ...found } = JSON.parse(String(value)) as PythonReading;
      return { ...found, fields: fieldsOf(pairs) };
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
