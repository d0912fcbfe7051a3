// Many uploads at once, one after the other on each connection, in pieces of any size: the service gets what was sent.
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectPlain, type Socket } from "node:net";
import { connect } from "node:tls";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PlainAndSecure, startPlainAndSecure } from "./support/plain-and-secure.ts";

const CLIENTS = 6;
const DIGEST = /[0-9a-f]{64}/g;
let system: PlainAndSecure;

/** /digest: of what came, by one who reads slowly; /early: of nothing, before it is read. */
async function answer(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
  const digest = createHash("sha256");
  if (incoming.url === "/early") reply.end(digest.digest("hex"));
  let pieces = 0;
  for await (const piece of incoming) {
    if (incoming.url === "/early") continue;
    digest.update(piece as Buffer);
    if (++pieces % 7 === 3) await pause(2);
  }
  if (incoming.url !== "/early") reply.end(digest.digest("hex"));
}

beforeAll(async () => {
  system = await startPlainAndSecure((incoming, reply) => {
    // A client that leaves ends what is read of it.
    answer(incoming, reply).catch(() => reply.destroy());
  });
});
afterAll(() => system[Symbol.asyncDispose]());

interface Upload {
  readonly path: "/digest" | "/early";
  readonly framing: "length" | "chunked";
  readonly bytes: number;
  /** Of a chunk. */
  readonly chunkBytes: number;
}

interface Client {
  readonly secure: boolean;
  readonly uploads: readonly Upload[];
  /** Of what is written at once, across requests. */
  readonly pieceBytes: number;
}

const size = fc.oneof(...[100_000, 700_000].map((max) => fc.integer({ min: 500, max })));
const upload = fc.record<Upload>({
  path: fc.constantFrom("/digest", "/digest", "/digest", "/early"),
  framing: fc.constantFrom("length", "chunked"),
  bytes: size,
  chunkBytes: size,
});
const client = fc.record<Client>({
  secure: fc.boolean(),
  uploads: fc.array(upload, { minLength: 1, maxLength: 6 }),
  pieceBytes: size,
});

/** Each four bytes say whose they are, and where they stand. */
function bodyOf(id: number, bytes: number): Buffer {
  const body = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) body.writeUInt32BE((id * 0x0100_0193 + at) >>> 0, at);
  return body;
}

function requestOf({ path, framing, bytes, chunkBytes }: Upload, body: Buffer): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: weir.test\r\n`;
  if (framing === "length")
    return Buffer.concat([Buffer.from(`${head}Content-Length: ${bytes}\r\n\r\n`), body]);
  const parts: Buffer[] = [Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`)];
  for (let at = 0; at < bytes; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

async function dial(secure: boolean): Promise<Socket> {
  const { proxy, ca } = system;
  const to = { host: "127.0.0.1", port: secure ? proxy.httpsPort : proxy.port };
  if (!secure) return connectPlain(to);
  const socket = connect({ ...to, ca, servername: "weir.test" });
  await once(socket, "secureConnect");
  return socket;
}

/** The digests that came back, in their order, until there are so many or the connection ends. */
function digestsFrom(socket: Socket, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    let text = "";
    const digests = (): string[] => [...text.matchAll(DIGEST)].map(([digest]) => digest);
    socket.on("data", (piece) => {
      text += String(piece);
      if (digests().length >= count) resolve(digests());
    });
    socket.on("error", () => undefined).on("close", () => resolve(digests()));
  });
}

async function exchanged({ secure, pieceBytes }: Client, requests: Buffer[]): Promise<string[]> {
  const socket = await dial(secure);
  const digests = digestsFrom(socket, requests.length);
  const bytes = Buffer.concat(requests);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const more = socket.write(bytes.subarray(at, at + pieceBytes));
    await (more ? turn() : Promise.race([once(socket, "drain"), digests]));
  }
  const got = await digests;
  socket.destroy();
  return got;
}

test("each body arrives as it was sent, and is answered in its turn", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(client, { minLength: 1, maxLength: CLIENTS }), async (clients) => {
      await Promise.all(
        clients.map(async (one, nth) => {
          const bodies = one.uploads.map(({ bytes }, place) => bodyOf(nth * 97 + place, bytes));
          const wanted = one.uploads.map(({ path }, place) =>
            createHash("sha256")
              .update(path === "/early" ? "" : bodies[place]!)
              .digest("hex"),
          );
          const requests = one.uploads.map((each, place) => requestOf(each, bodies[place]!));
          const got = await exchanged(one, requests);
          // The rest of what was answered early is waited for, but not for long.
          const atLeast = one.uploads.findIndex(({ path }) => path === "/early") + 1;
          expect(got).toEqual(wanted.slice(0, Math.max(atLeast || Infinity, got.length)));
        }),
      );
    }),
    { numRuns: 15, endOnFailure: true },
  );
}, 60_000);
