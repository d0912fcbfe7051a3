// README.md on secret fields: its config and commands keep them from the store, open them again, and leave an audit row.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startUpstream, type Upstream } from "../e2e/support/upstream.ts";
import {
  cleanUp,
  createSite,
  type Site,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const section =
  /## Keep fields secret\n([\s\S]*?)\n##+ /.exec(
    readFileSync(join(ROOT, "README.md"), "utf8"),
  )?.[1] ?? "";
const yaml = /```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
const [makeKey = "", run = "", curl = "", query = "", reveal = "", seek = ""] = [
  ...section.replace(/```yaml[\s\S]*?```/, "").matchAll(/^ {4}(\S.*)$/gm),
].map(([, line]) => line ?? "");

let upstream: Upstream;
let site: Site;
let weir: WeirProcess;
let trace = "";

beforeAll(async () => {
  upstream = await startUpstream();
  const head = `listen: { http: "127.0.0.1:0" }\nadmin: { listen: 127.0.0.1:0 }\ndata: data\nworkers: 1\nservices: { all: { endpoints: ["${upstream.url}"] } }\nroutes: [ { name: all, service: all, authenticate: [ key, anonymous ] } ]\nidentity: { keys: [ { key: "k-S3CRET-k", subject: alice } ] }\n`;
  site = createSite(`${head}${yaml}`);
  await shell(makeKey);
  weir = await startWeir(site);
});

afterAll(() => {
  upstream.close();
  cleanUp();
});

interface Ran {
  readonly code: number;
  readonly text: string;
}

function shell(command: string): Promise<Ran> {
  const here = `'${process.execPath}' '${join(ROOT, "src/main.ts")}'`;
  const text = command
    .replaceAll("npm run -s weir --", here)
    .replace("localhost:8080", weir === undefined ? "" : new URL(weir.proxy).host);
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${text} 2>&1`], { cwd: site.folder }, (error, out) =>
      resolve({ code: Number(error?.code ?? 0), text: out }),
    );
  });
}

const asked = (command: string, id = trace): Promise<Ran> =>
  shell(command.replace("TRACE", id).replace(/ (query|reveal) /, ` $1 --admin ${weir.admin} `));

test("the request of the README is recorded without its secrets, and revealed with the key", async () => {
  expect(run).toBe("npm run -s weir -- run -c weir.yaml");
  const { text } = await shell(
    curl.replace(
      "curl ",
      "curl -A curl/S3CRET -e http://a.example/reset/S3CRET -H 'x-api-key: k-S3CRET-k' ",
    ),
  );
  trace = /00-([0-9a-f]{32})-/.exec(text)?.[1] ?? "";
  await weir.drained();
  const rows = (await asked(query)).text;
  expect(rows).toContain("/reset/-");
  expect(rows).toContain("token=-");
  expect(rows).toContain("enc:v1:");
  expect(rows).toContain("hash:v1:");
  expect(rows).not.toContain("S3CRET");
  const opened = await asked(reveal);
  expect(opened).toEqual({
    code: 0,
    text: expect.stringMatching(
      /^\S+Z {2}span [0-9a-f]{16}\n {2}user_agent: curl\/S3CRET\n {2}client_address: 127\.0\.0\.1\n {2}headers\.referer: http:\/\/a\.example\/reset\/-\n$/,
    ),
  });
});

test("whose name is hashed is found by its hash", async () => {
  expect(await asked(seek)).toEqual({ code: 0, text: expect.stringMatching(/count\(\)\s+1\n/) });
  expect((await asked(seek.replace("alice", "bob"))).text).toMatch(/count\(\)\s+0\n/);
});

test("who asked and why is an audit row, and what was opened is nowhere", async () => {
  await weir.drained();
  const rows = await weir.sql("SELECT status, attributes FROM requests WHERE kind = 'audit'");
  expect(rows).toEqual([
    {
      status: 200,
      attributes: {
        "audit.action": "reveal",
        "audit.role": "owner",
        "audit.trace_id": trace,
        "audit.reason": "incident 12",
        "audit.fields": "user_agent, client_address, headers.referer",
      },
    },
  ]);
});

test("another key opens nothing, and says which one would", async () => {
  site.put({ "other.key": Buffer.alloc(32, 7).toString("base64"), "bad.key": "S3CRET-too-short" });
  const other = await asked(reveal.replace("fields.key", "other.key"));
  expect(other).toMatchObject({
    code: 1,
    text: expect.stringMatching(/user_agent: not opened: it is of key [0-9a-f]{8}; name/),
  });
  const both = await asked(reveal.replace("--field-key", "--field-key other.key --field-key"));
  expect(both).toMatchObject({ code: 0, text: expect.stringContaining("curl/S3CRET") });
  const bad = await asked(reveal.replace("fields.key", "bad.key"));
  expect(bad).toMatchObject({ code: 2, text: expect.stringContaining("holds no key") });
  expect(bad.text).not.toContain("S3CRET");
  expect(await asked(reveal, "0".repeat(32))).toMatchObject({ code: 1 });
  expect(await asked(reveal, "xyz")).toMatchObject({ code: 2 });
  expect(await asked(reveal.replace(/--reason.*/, ""))).toMatchObject({
    code: 2,
  });
});

test("a new key by reload: new rows are of it, old ones open by the old one", async () => {
  site.put({
    "fields.key": Buffer.alloc(32, 9).toString("hex"),
    "old.key": readFileSync(join(site.folder, "fields.key"), "utf8"),
  });
  expect((await weir.reload()).status).toBe(200);
  const { text } = await shell(curl.replace("curl ", "curl -A curl/S3CRET-TOO "));
  await weir.drained();
  const next = /00-([0-9a-f]{32})-/.exec(text)?.[1] ?? "";
  expect((await asked(reveal, next)).text).toContain("curl/S3CRET-TOO");
  expect((await asked(reveal.replace("fields.key", "old.key"))).text).toContain("curl/S3CRET");
});

test("in no file of the data folder stands what is protected", async () => {
  await weir.stop();
  const files = readdirSync(site.data, { recursive: true, encoding: "utf8" })
    .map((name) => join(site.data, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  expect(files.length).toBeGreaterThan(10);
  for (const file of files)
    expect(readFileSync(file, "latin1").includes("curl/S3CRET"), file).toBe(false);
  expect(`${weir.output()}${weir.errors()}`).not.toContain("S3CRET");
});
