// Connection floods: one source gets its share of connections, and what is beyond it is closed at once.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { expect, it } from "vitest";
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
