// What the embedded server says to more statements than may wait, in ClickHouse's words; the engine behind it is held up.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createProtocolServer } from "../../../src/store/embedded/http.ts";
import type { EngineResult } from "../../../src/store/embedded/engine.ts";

const NOTHING: EngineResult = {
  bytes: Buffer.from("1\n"),
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
  elapsedNs: 0,
};
/** Of what people type two run, and 16 wait. */
const TYPED = 18;

test("one typed statement too many is refused at once, and the others are answered", async () => {
  const held = Promise.withResolvers<EngineResult>();
  const run = (): Promise<EngineResult> => held.promise;
  const engine = { run, insert: run, folder: "", close: () => undefined };
  const server = createProtocolServer(engine, { user: "u", password: "p" });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/?user=u&password=p&readonly=2&log_comment=console`;
  const asked = Array.from({ length: TYPED + 1 }, () =>
    fetch(url, { method: "POST", body: "SELECT 1" }),
  );
  const refused = await Promise.race(asked);
  expect(refused.status).toBe(503);
  expect(await refused.text()).toMatch(/^Code: 202\. .*Maximum: 2\. /);
  held.resolve(NOTHING);
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(TYPED);
  server.close();
  server.closeAllConnections();
});
