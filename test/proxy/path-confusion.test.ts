// No spelling of a path gets a decision that its normal form would not get, and no server behind weir reads
// another path in what it is sent.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WeirError } from "../../src/core/errors.ts";
import type { PathForm } from "../../src/core/normal-path.ts";
import { readTarget } from "../../src/proxy/path.ts";
import { loaded, model } from "../policy/support.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";
import {
  ALLOWED_SETS,
  anyTarget,
  nearMiss,
  READINGS,
  spellingWith,
  targetWith,
} from "./support/path-readings.ts";
import { SEED } from "../support/seed.ts";

/** WEIR_FUZZ_RUNS multiplies the runs. */
const FACTOR = Number(process.env["WEIR_FUZZ_RUNS"] ?? 1);
const TIMEOUT_MS = 300_000 * Math.max(1, FACTOR);
const runs = (numRuns: number): fc.Parameters<unknown> => ({
  numRuns: numRuns * FACTOR,
  seed: SEED,
});

/** null: refused. */
function normalOf(target: string, allowed: readonly PathForm[]): string | null {
  try {
    return readTarget(target, "GET", allowed).path;
  } catch (error) {
    if (error instanceof WeirError && /ambiguous_path|malformed_request/.test(error.code))
      return null;
    throw error;
  }
}

const folded = (segments: readonly string[]): string[] =>
  segments.map((segment) => segment.normalize("NFKC"));

describe.each(ALLOWED_SETS)(`with %j allowed, seed ${SEED}`, (allowed) => {
  it("every clear spelling has the normal form it was made of", () => {
    const property = fc.property(spellingWith(allowed), ({ normal, spelled }) => {
      expect(normalOf(spelled, allowed)).toBe(normal);
    });
    fc.assert(property, runs(1_500));
  });

  it(
    "a normal form is its own, and all servers read the same in it, up to the first form allowed",
    { timeout: TIMEOUT_MS },
    () => {
      let accepted = 0;
      let withForm = 0;
      const property = fc.property(fc.oneof(anyTarget, nearMiss, targetWith(allowed)), (target) => {
        const path = normalOf(target, allowed);
        if (path === null) return;
        accepted += 1;
        expect(normalOf(path, allowed)).toBe(path);
        const raw = path.split("/").slice(1);
        const first = raw.findIndex((segment) => /%2F|;/.test(segment));
        if (first >= 0) withForm += 1;
        const clear = first < 0 ? undefined : first;
        const segments = folded(raw.slice(0, clear).map(decodeURIComponent));
        for (const [server, read] of Object.entries(READINGS)) {
          const own = folded(read(path)).slice(0, clear);
          expect(own, `${server} reads ${path}`).toEqual(segments);
        }
      });
      fc.assert(property, runs(2_000));
      expect(accepted).toBeGreaterThan(200 * FACTOR);
      if (allowed.length > 0) expect(withForm).toBeGreaterThan(100 * FACTOR);
    },
  );
});

/** What each function allows and, stronger, denies. */
const RULES: Readonly<Record<string, readonly [allow: string, deny: string]>> = {
  keyMatch: ["/o*", "/orders/17*"],
  keyMatch2: ["/:any/*", "/:any/admin"],
  keyMatch3: ["/{any}/*", "/admin/{any}"],
  keyMatch4: ["/{any}/*", "/{same}/{same}"],
  keyMatch5: ["/{any}/*", "/admin/*"],
  regexMatch: ["^/[^/]+/?[^/]*$", "admin|%23"],
  globMatch: ["/**", "/*/admin"],
};

const cases = Object.entries(RULES).flatMap(([name, rules]) =>
  ALLOWED_SETS.map(([allowed]) => ({ name, rules, allowed })),
);

describe.each(cases)(`$name, with $allowed allowed, seed ${SEED}`, ({ name, rules, allowed }) => {
  const [allow, deny] = rules;
  const policy = {
    model: model({
      request: "obj",
      policy: "obj, eft",
      roles: "",
      matcher: `${name}(r.obj, p.obj)`,
    }),
    rules: `p, "${allow}", allow\np, "${deny}", deny\n`,
  };
  const asked = targetWith(allowed);

  it(
    "decides alike on all spellings, and sends what it decided on",
    { timeout: TIMEOUT_MS },
    async () => {
      await using upstream = await startUpstream(answerOk);
      await using proxy = await startProxy({
        upstreams: [upstream.url],
        policy,
        request: ["request.path"],
        config: { paths: { allow: [...allowed] } },
      });
      const snapshot = await loaded(policy.model, policy.rules);
      const counts = new Map<number, number>();
      const property = fc.asyncProperty(asked, async (target) => {
        const normal = normalOf(target, allowed);
        const wanted =
          normal === null ? 400 : snapshot.decide([normal]).permit === null ? 403 : 200;
        using client = await connectRaw(proxy.port);
        const before = upstream.calls.length;
        client.send(requestText(`GET ${target}`));
        expect((await client.response()).status).toBe(wanted);
        counts.set(wanted, (counts.get(wanted) ?? 0) + 1);
        const sent = upstream.calls.slice(before).map((call) => call.target.replace(/\?.*/, ""));
        expect(sent).toEqual(wanted === 200 ? [normal] : []);
        if (normal !== null) {
          expect(proxy.rows.at(-1)).toMatchObject({ path: normal, policyRequest: [normal] });
        }
      });
      await fc.assert(property, runs(80));
      for (const status of [200, 400, 403]) expect(counts.get(status)).toBeGreaterThan(0);
    },
  );
});
