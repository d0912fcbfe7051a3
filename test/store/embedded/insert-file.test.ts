// Rows that no file can be made for: the client is told why, as often as it asks.
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { receiveInsert } from "../../../src/store/embedded/insert-file.ts";

const ROWS = Buffer.alloc(5_000_000, "row");

async function receive(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
  const failed = await receiveInsert(incoming, "/nowhere/at/all").then(
    () => "",
    (thrown: NodeJS.ErrnoException) => thrown.code,
  );
  incoming.resume();
  reply.end(failed);
}

test.each([
  ["identity", ROWS],
  ["gzip", gzipSync(ROWS)],
])("%s: the reason, twice", async (encoding, body) => {
  const server = createServer((incoming, reply) => void receive(incoming, reply));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { "content-encoding": encoding };
  for (let times = 0; times < 2; times++) {
    const asked = request({ port, method: "POST", headers, agent });
    asked.end(body);
    const [reply] = (await once(asked, "response")) as [IncomingMessage];
    expect(await text(reply)).toBe("ENOENT");
  }
  agent.destroy();
  server.close();
});
