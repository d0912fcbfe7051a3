// Connection floods: one source gets its share of connections, and what is beyond it is closed at once.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sourceOf } from "../../src/downstream/admission.ts";
import { createAuthority } from "../support/certificates.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { serve } from "./serve.ts";

const GET = requestText("GET /");
const answer = { opened: (one: { reply: (body: string) => void }) => one.reply("x") };

it("what is beyond the share is closed unread, what is within it served; one that leaves makes room", async () => {
  await using serving = await serve({ ...answer, limits: { source_connections: 2 } });
  using one = await connectRaw(serving.port);
  using two = await connectRaw(serving.port);
  for (const client of [one, two]) client.send(GET);
  await Promise.all([one.response(), two.response()]);
  for (let nth = 0; nth < 50; nth++) {
    using more = await connectRaw(serving.port);
    more.send(GET);
    await more.closed;
    expect(more.reader.pending).toBe("");
  }
  expect(serving.served).toHaveLength(2);
  expect(serving.turnedAway).toHaveLength(50);
  expect(serving.turnedAway[0]).toEqual(["source_connections", "127.0.0.1"]);
  two.send(GET);
  expect((await two.response()).status).toBe(200);
  one.socket.end();
  await one.closed;
  using three = await connectRaw(serving.port);
  three.send(GET);
  expect((await three.response()).status).toBe(200);
});

it("by TLS, too, before a handshake is paid for", async () => {
  using authority = createAuthority();
  const { cert, key } = authority.issue("site", { san: "DNS:a.test" });
  const pair = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  await using serving = await serve({
    ...answer,
    limits: { source_connections: 1 },
    tls: {
      pairs: [{ ...pair, names: ["a.test"], keyType: "ec" }],
      minVersion: "TLSv1.3",
      ticketScope: "",
      clients: null,
    },
  });
  const ca = readFileSync(authority.ca);
  const client = connect({ port: serving.port, host: "127.0.0.1", servername: "a.test", ca });
  await once(client, "secureConnect");
  using more = await connectRaw(serving.port);
  await more.closed;
  expect(serving.turnedAway).toEqual([["source_connections", "127.0.0.1"]]);
  client.end(GET);
  const [reply] = (await once(client, "data")) as [Buffer];
  expect(reply.toString()).toMatch(/^HTTP\/1\.1 200 /);
  await once(client, "close");
  using next = await connectRaw(serving.port);
  next.send("no TLS");
  await next.closed;
  expect(serving.turnedAway).toHaveLength(1);
});

it("a proxy has as many as there are", async () => {
  await using serving = await serve({
    ...answer,
    limits: { source_connections: 1 },
    isProxy: (address) => address === "127.0.0.1",
  });
  using one = await connectRaw(serving.port);
  using two = await connectRaw(serving.port);
  for (const client of [one, two]) client.send(GET);
  expect((await two.response()).status).toBe(200);
  expect((await one.response()).status).toBe(200);
  expect(serving.turnedAway).toEqual([]);
});

describe("the source of an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:db8::9", "2001:db8:0:0"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
  ])("%s: %s", (address, source) => expect(sourceOf(address)).toBe(source));

  it("fast-check prints the seed: one for all of a network, however written", () => {
    const written = (groups: readonly number[]): string =>
      URL.parse(`http://[${groups.map((group) => group.toString(16)).join(":")}]`)!.hostname.slice(
        1,
        -1,
      );
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    const four = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(four, four, (network, host) => {
        fc.pre(network.some((each) => each !== 0));
        expect(sourceOf(written([...network, ...host]))).toBe(
          network.map((each) => each.toString(16)).join(":"),
        );
      }),
    );
  });
});
