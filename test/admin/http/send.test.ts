// Answers in pieces are the same JSON as answers in one, and wait for nobody for ever.
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Reply } from "../../../src/admin/http/endpoint.ts";
import { pieces, sendReply } from "../../../src/admin/http/send.ts";

test("the pieces together are the object", () => {
  const element = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.object({ maxDepth: 1 }),
  );
  const list = fc
    .tuple(fc.array(element, { maxLength: 3 }), fc.integer({ min: 0, max: 1300 }))
    .map(([some, count]) => Array.from({ length: count }, (_, at) => some[at % some.length] ?? at));
  const body = fc.dictionary(fc.string(), fc.oneof(list, element), { maxKeys: 4 });
  fc.assert(
    fc.property(body, (object) => {
      const whole = JSON.parse(JSON.stringify(object)) as unknown;
      expect(JSON.parse([...pieces(object)].join(""))).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});

test("a long list is cut, a short one is not", () => {
  const rows = Array.from({ length: 1200 }, (_, at) => at);
  expect([...pieces({ columns: [1], rows, next: null })]).toHaveLength(5);
  expect([...pieces({ rows: rows.slice(0, 500) })]).toHaveLength(1);
});

const LARGE = "x".repeat(1_000_000);

test.each<[what: string, reply: Reply]>([
  [
    "rows",
    { kind: "json", body: { rows: Array.from({ length: 2000 }, () => LARGE.slice(0, 20_000)) } },
  ],
  ["text", { kind: "text", type: "text/plain", text: LARGE.repeat(40) }],
])(
  "who does not read an answer of %s is cut off, and who reads gets it whole",
  async (_, reply) => {
    let limitMs = 300;
    const server = createServer((_request, response) => void sendReply(response, reply, limitMs));
    onTestFinished(() => void server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const cut = once(server, "connection").then(async ([socket]) =>
      once(socket as object as NodeJS.EventEmitter, "close"),
    );
    const slow = connect(port, "127.0.0.1", () => slow.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
    slow.pause().on("error", () => undefined);
    await cut;
    slow.destroy();
    limitMs = 60_000;
    const whole = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(whole.length).toBeGreaterThan(39_000_000);
  },
);
