// A listener with TLS whose idle connections rest at once.
import { readFileSync } from "node:fs";
import { afterAll, vi } from "vitest";
import { type Rested, Resting } from "../../../src/downstream/records/resting.ts";
import type { ClientSocket } from "../../../src/downstream/client-socket.ts";
import type { ClientTrust, ServerTls } from "../../../src/downstream/options.ts";
import { type Authority, createAuthority } from "../../support/certificates.ts";
import { serve, type Served, type ServeSetup, type Serving } from "../serve.ts";

export interface RestServing extends Serving {
  /** Resolves once so many connections were to rest: null for each that could not. */
  readonly rests: (count: number) => Promise<readonly (ClientSocket | null)[]>;
}

const authority: Authority = createAuthority();
const pairOf = (keyType: "ec" | "rsa"): ServerTls["pairs"][number] => {
  const { cert, key } = authority.issue(keyType, { san: "DNS:a.test", keyType });
  const pem = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  return { ...pem, names: ["a.test"], keyType };
};
const pairs = [pairOf("ec"), pairOf("rsa")];
const client = authority.issue("client", { san: "URI:spiffe://test/client" });
export const clientPair = {
  cert: readFileSync(client.cert, "utf8"),
  key: readFileSync(client.key, "utf8"),
};
export const ca = readFileSync(authority.ca, "utf8");
export const trust: ClientTrust = { ca, crls: [], revision: "1" };
afterAll(() => authority[Symbol.dispose]());

export interface RestSetup extends ServeSetup {
  readonly clients?: ClientTrust | null;
}

/** Each request is answered with what was sent in it, unless the test opens them. */
export async function serveResting(setup: RestSetup = {}): Promise<RestServing> {
  const { clients = null, ...rest } = setup;
  const spy = vi.spyOn(Resting.prototype, "rest");
  const before = spy.mock.results.length;
  const serving = await serve({
    restBeyond: 0,
    opened: (one) => void echo(one),
    tls: { pairs, minVersion: "TLSv1.2", ticketScope: "", clients },
    ...rest,
  });
  return Object.assign(serving, {
    rests: (count: number) =>
      vi.waitFor(
        () => {
          const tried = spy.mock.results.slice(before);
          if (tried.length < count) throw new Error(`${tried.length} of ${count} rest`);
          return tried.map(({ value }) => (value as Rested | null)?.socket ?? null);
        },
        { timeout: 10_000, interval: 5 },
      ),
  });
}

async function echo(served: Served): Promise<void> {
  served.read();
  await served.until(({ trailers }) => trailers !== null);
  const size = Number(served.downstream.head.target.slice(1));
  served.reply(
    size > 0 ? Buffer.alloc(size, "weir") : served.body || served.downstream.head.target,
  );
}
