// What weir makes of an upstream's bytes is read the same by node:http, curl and Python, and what follows on the connections is not touched.
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { type PythonClient, readByCurl, readByNode, startPython } from "./support/clients.ts";
import { hostileResponse } from "./support/responses.ts";

const numRuns = Number(process.env["WEIR_HOSTILE_RUNS"] ?? 5_000) / 10;
const NEXT = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";

const folder = mkdtempSync(join(tmpdir(), "weir-hostile-"));
let sent = "";
let upstream: Server;
let proxy: TestProxy;
let python: PythonClient;
/** One connection for all: what a hostile reply leaves on it meets the next. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  upstream = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      const isNext = bytes.toString("latin1").startsWith("GET /next ");
      if (isNext) socket.write(NEXT);
      else socket.write(sent, "latin1", () => setTimeout(() => socket.end(), 5));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  proxy = await startProxy({ upstreams: [`http://127.0.0.1:${port}`] });
  python = startPython();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  agent.destroy();
  await python[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await new Promise((resolve) => upstream.close(resolve));
});

const PROBLEM = /^\{"type":"about:blank","title":.*"code":"(\w+)".*\}\n$/;

test("fast-check prints the seed: mutated responses", async () => {
  const kinds = { passed: 0, refused: 0, cut: 0 };
  await fc.assert(
    fc.asyncProperty(hostileResponse, async (bytes) => {
      sent = bytes;
      proxy.rows.length = 0;
      const url = `http://127.0.0.1:${proxy.port}`;
      const readings = [
        await readByNode(`${url}/x`, agent),
        await readByCurl(`${url}/x`, join(folder, "head")),
        await python.read(`${url}/x`),
      ].map(({ body, fields, ...rest }) => {
        const code = PROBLEM.exec(body)?.[1];
        return code === undefined ? { ...rest, body, fields } : { ...rest, code };
      });
      const [first] = readings;
      for (const [nth, row] of proxy.rows.entries()) {
        const { status, whole } = readings[nth]!;
        expect(whole).toBe(row.completed);
        // Of what is broken off at once not even the head may have left.
        expect(whole ? [row.status] : [row.status, 0]).toContain(status);
      }
      expect(proxy.rows).toHaveLength(readings.length);
      // How much of a reply that is cut arrived is a matter of time.
      if (first!.whole) for (const other of readings) expect(other).toEqual(first);
      expect((await readByNode(`${url}/next`, agent)).body).toBe("next");
      kinds[!first!.whole ? "cut" : "code" in first! ? "refused" : "passed"]++;
    }),
    { numRuns },
  );
  // Where all is refused, nothing is compared.
  for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(numRuns / 50);
});
