// Many large replies at once, each with bytes of its own: nobody gets another's, however fast who reads.
import { createHash } from "node:crypto";
import { Agent as PlainAgent, get, type IncomingMessage } from "node:http";
import { Agent, get as getSecurely } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PlainAndSecure, startPlainAndSecure } from "./support/plain-and-secure.ts";

const SEED = Number(process.env["WEIR_SEED"] ?? 20_261_122);
const AT_ONCE = 12;
let system: PlainAndSecure;

/** Every eight bytes say whose they are, and where they stand. */
function bodyOf(id: number, bytes: number): Buffer {
  const body = Buffer.alloc(bytes);
  for (let at = 0; at + 8 <= bytes; at += 8) {
    body.writeUInt32BE(id, at);
    body.writeUInt32BE(at, at + 4);
  }
  return body;
}

beforeAll(async () => {
  system = await startPlainAndSecure((incoming, reply) => {
    const [, id, bytes, framing] = (incoming.url ?? "").split("/");
    const body = bodyOf(Number(id), Number(bytes));
    if (framing === "length") reply.setHeader("content-length", body.length);
    for (let at = 0; at < body.length; at += 300_007) reply.write(body.subarray(at, at + 300_007));
    reply.end();
  });
});
afterAll(() => system[Symbol.asyncDispose]());

interface Plan {
  readonly id: number;
  readonly bytes: number;
  readonly framing: "length" | "chunked";
  readonly secure: boolean;
  /** After so many pieces a rest, or leaving. */
  readonly restAfter: number;
  readonly leaves: boolean;
}

const plan = fc.record({
  id: fc.integer({ min: 1, max: 0xffff_ffff }),
  bytes: fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 3_000_000 })),
  framing: fc.constantFrom("length" as const, "chunked" as const),
  secure: fc.boolean(),
  restAfter: fc.integer({ min: 1, max: 20 }),
  leaves: fc.boolean(),
});

async function answerTo(path: string, secure: boolean): Promise<IncomingMessage> {
  const to = { host: "127.0.0.1", path };
  const { proxy, ca } = system;
  return new Promise((resolve, reject) => {
    const sent = secure
      ? getSecurely({ ...to, port: proxy.httpsPort, ca, servername: "weir.test", agent: TLS })
      : get({ ...to, port: proxy.port, agent: PLAIN });
    sent.on("response", resolve).on("error", reject);
  });
}
const TLS = new Agent({ keepAlive: true });
const PLAIN = new PlainAgent({ keepAlive: true });

/** Digest of what came, or "left". */
async function fetched({ id, bytes, framing, secure, restAfter, leaves }: Plan): Promise<string> {
  const reply = await answerTo(`/${id}/${bytes}/${framing}`, secure);
  const digest = createHash("sha256");
  let pieces = 0;
  for await (const piece of reply) {
    digest.update(piece as Buffer);
    if (++pieces !== restAfter) continue;
    if (leaves) return "left";
    await pause(20);
  }
  return digest.digest("hex");
}

test("each gets its own bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (plans) => {
      const got = await Promise.all(plans.map(fetched));
      const wanted = plans.map(({ id, bytes }, nth) =>
        got[nth] === "left" ? "left" : createHash("sha256").update(bodyOf(id, bytes)).digest("hex"),
      );
      expect(got).toEqual(wanted);
    }),
    { numRuns: 6, seed: SEED, endOnFailure: true },
  );
});
