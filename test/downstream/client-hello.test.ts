// The name in a client's first bytes: as openssl writes them, in pieces, cut, and damaged.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect } from "node:tls";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { serverNameOf } from "../../src/downstream/client-hello.ts";

const hellos: Record<string, Buffer> = {};

async function helloFor(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", servername }).on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  server.close();
  return hello;
}

beforeAll(async () => {
  for (const name of ["", "a.example", "Weir.Test"]) hellos[name] = await helloFor(name);
});

test.each(["", "a.example", "Weir.Test"])(
  "a hello for '%s', whole and in any two pieces",
  (name) => {
    const hello = hellos[name]!;
    expect(serverNameOf(hello)).toBe(name);
    for (let at = 0; at < hello.length; at++)
      expect(serverNameOf(hello.subarray(0, at))).toBeNull();
  },
);

test("what follows a whole hello does not matter", () => {
  const more = Buffer.from([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 2, 7]);
  expect(serverNameOf(Buffer.concat([hellos["a.example"]!, more]))).toBe("a.example");
});

test("a hello without an end is not waited for beyond a record's length", () => {
  const hello = Buffer.alloc(20_000, 1);
  const record = Buffer.concat([Buffer.from([22, 3, 1, 0x40, 0]), hello]).subarray(0, 16_388);
  expect(serverNameOf(record)).toBeNull();
  expect(serverNameOf(Buffer.concat([record, Buffer.from([1])]))).toBe("");
});

test.each([
  { what: "a request in plain HTTP", bytes: Buffer.from("GET / HTTP/1.1\r\n") },
  { what: "an alert", bytes: Buffer.from([21, 3, 1, 0, 2, 2, 40]) },
  { what: "a record too large", bytes: Buffer.from([22, 3, 1, 0xff, 0xff]) },
  { what: "an empty record", bytes: Buffer.from([22, 3, 1, 0, 0]) },
  { what: "another handshake message", bytes: Buffer.from([22, 3, 1, 0, 1, 2]) },
])("$what has no name", ({ bytes }) => {
  expect(serverNameOf(bytes)).toBe("");
});

test("damaged anywhere it gives a text, or waits, and never throws", () => {
  const hello = hellos["a.example"]!;
  const place = fc.nat(hello.length - 1);
  fc.assert(
    fc.property(fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 8 }), place, (edits, cut) => {
      const bytes = Buffer.from(hello);
      for (const [at, value] of edits) bytes[at] = value;
      for (const each of [bytes, bytes.subarray(0, cut)]) {
        const name = serverNameOf(each);
        if (name !== null) expect(name).toBeTypeOf("string");
      }
    }),
  );
});
