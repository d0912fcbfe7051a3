// A candidate policy beside the enforced one: its word stands in the row, and nowhere else.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { PolicySnapshot } from "../../src/policy/snapshot.ts";
import { createAuthorize } from "../../src/proxy/authorize.ts";
import type { Exchange } from "../../src/proxy/exchange.ts";
import type { RoutedRequest } from "../../src/proxy/route.ts";
import { RequestRecord } from "../../src/telemetry/record.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const model = (matcher: string): string =>
  `[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = ${matcher}\n`;
const PLAIN = model("r.sub == p.sub && keyMatch(r.obj, p.obj)");
/** Fails where r.obj is no address, which a path never is. */
const FAILING = model("r.sub == p.sub && ipMatch(r.obj, p.obj)");
const RULES = "p, anonymous, /old/*, GET\np, anonymous, /both/*, GET\n";
const NEXT = "# the new ones\np, anonymous, /new/*, GET\np, anonymous, /both/*, GET\n";

let upstream: Awaited<ReturnType<typeof startUpstream>>;
beforeAll(async () => {
  upstream = await startUpstream(answerOk);
});
afterAll(() => upstream[Symbol.asyncDispose]());

async function ask(proxy: TestProxy, path: string): Promise<readonly [number, RequestRecord]> {
  const nth = proxy.rows.length;
  const { status } = await exchangeRaw(proxy.port, requestText(`GET ${path}`));
  return [status, await proxy.row(nth)];
}

const policy = { model: PLAIN, rules: RULES };
const setup = () => ({ upstreams: [upstream.url], policy });

it.each([
  ["/both/a", 200, "allow", "allow", "next.csv:3"],
  ["/old/a", 200, "allow", "deny", ""],
  ["/new/a", 403, "deny", "allow", "next.csv:2"],
  ["/none/a", 403, "deny", "deny", ""],
])("%s", async (...[path, status, decision, shadowDecision, source]) => {
  await using proxy = await startProxy({ ...setup(), shadow: { model: PLAIN, rules: NEXT } });
  const [answered, row] = await ask(proxy, path);
  expect(answered).toBe(status);
  expect(row).toMatchObject({ decision, shadowDecision });
  expect(row.shadowRuleSource.endsWith(source)).toBe(true);
  expect(row.shadowRule === "").toBe(source === "");
  expect(row.shadowRevision).toMatch(/^[0-9a-f]{12}$/);
  expect(row.shadowRevision).not.toBe(row.policyRevision);
});

it("an error of the candidate is its own: the answer is the enforced policy's", async () => {
  const rules = "p, anonymous, 10.0.0.0/8, GET\n";
  await using proxy = await startProxy({ ...setup(), shadow: { model: FAILING, rules } });
  for (const [path, status] of [
    ["/old/a", 200],
    ["/none/a", 403],
  ] as const) {
    const [answered, row] = await ask(proxy, path);
    expect([answered, row.shadowDecision, row.status]).toEqual([status, "error", status]);
    expect(row.errorCode).toBe(status === 200 ? "" : "forbidden");
  }
  const said = proxy.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  // Once for the rule, however many requests it fails for, and nothing of theirs.
  expect(proxy.log.join("")).not.toContain("/old/a");
  expect(said.map(({ event, policy: which }) => [event, which])).toEqual([
    ["policy_error", "candidate"],
  ]);
});

it("what the enforced policy can't decide is refused, whatever the candidate says", async () => {
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: { model: FAILING, rules: "p, anonymous, 10.0.0.0/8, GET\n" },
    shadow: { model: PLAIN, rules: NEXT },
  });
  const [status, row] = await ask(proxy, "/new/a");
  expect([status, row.decision, row.shadowDecision]).toEqual([503, "error", "allow"]);
});

it("comes and goes with a reload, and rows without one say nothing", async () => {
  await using proxy = await startProxy(setup());
  const words = async () => {
    const [, { shadowDecision, shadowRule, shadowRevision }] = await ask(proxy, "/new/a");
    return [shadowDecision, shadowRule, shadowRevision === ""];
  };
  expect(await words()).toEqual(["", "", true]);
  await proxy.swap({ ...setup(), shadow: { model: PLAIN, rules: NEXT } });
  expect(await words()).toEqual(["allow", "p, anonymous, /new/*, GET", false]);
  await proxy.swap(setup());
  expect(await words()).toEqual(["", "", true]);
});

function withoutShadow(row: RequestRecord): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith("shadow")));
}

describe("for any pair of policies", () => {
  const effects = ["allow", "deny", "error"] as const;
  const snapshots = new Map<string, PolicySnapshot>();
  beforeAll(async () => {
    const texts = {
      allow: [PLAIN, "p, alice, /a, GET"],
      deny: [PLAIN, "p, bob, /a, GET"],
      error: [FAILING, "p, alice, ::1, GET"],
    } as const;
    for (const effect of effects) {
      const [modelText, rulesText] = texts[effect];
      const source = { modelText, modelFile: "m", rulesText, rulesFile: "r" };
      const load = await loadPolicy(source, { request: null });
      if (load.ok) snapshots.set(effect, load.snapshot);
    }
  });

  const authorize = createAuthorize({ ...systemClock, nowNs: () => 0 }, silentLog);

  it.each(effects.flatMap((one) => effects.map((other) => [one, other] as const)))(
    "enforced %s, candidate %s: the same as without a candidate",
    (enforced, candidate) => {
      const answer = (shadow: PolicySnapshot | null): readonly [string, RequestRecord] => {
        const snapshot = snapshots.get(enforced)!;
        const requestOf = () => ["alice", "/a", "GET"];
        const policy = { snapshot, shadow, explain: true, requestOf, keep: () => undefined };
        const record = new RequestRecord();
        const exchange = { snapshot: { policy }, record, trace: {} } as unknown as Exchange;
        const routed = { head: { client: {} } } as unknown as RoutedRequest;
        try {
          return [authorize(exchange, routed).decision, record];
        } catch (thrown) {
          return [JSON.stringify(thrown), record];
        }
      };
      const [beside, row] = answer(snapshots.get(candidate)!);
      const [alone, plain] = answer(null);
      expect(beside).toBe(alone);
      expect(row.shadowDecision).toBe(candidate);
      expect(withoutShadow(row)).toEqual(withoutShadow(plain));
    },
  );
});
