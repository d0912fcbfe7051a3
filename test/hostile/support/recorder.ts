// A node:http server that remembers every request it was sent, as its parser (llhttp, strict) took it.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** Lower-case name and value, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface Recorder extends Disposable {
  readonly port: number;
  /** What came since it was last asked for. */
  readonly take: () => SeenRequest[];
}

export async function startRecorder(): Promise<Recorder> {
  let seen: SeenRequest[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      seen.push(seenOf(request, body));
      response.end("ok");
    });
  });
  server.maxHeadersCount = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function seenOf({ method = "", url = "", rawHeaders }: IncomingMessage, body: string): SeenRequest {
  const fields: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    fields.push([rawHeaders[at]!.toLowerCase(), rawHeaders[at + 1]!]);
  }
  return { method, target: url, fields, body };
}
