// What alerts have done inside weir: what bounds it, and what is said of it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { NotifierOptions } from "../../src/alerts/notifier-options.ts";
import type { Act } from "../../src/alerts/notifiers/create-notifier.ts";
import type { Alert } from "../../src/alerts/rule-state.ts";
import type { Hold, HoldAnswer } from "../../src/balancer/hold.ts";
import { createActionBudget } from "../../src/control/action-budget.ts";
import { type AlertActionsParts, createAlertActions } from "../../src/control/alert-actions.ts";
import type { RollbackWish } from "../../src/control/policy/policy-history.ts";
import { silentLog } from "../../src/core/log.ts";

const HOUR_MS = 3_600_000;
const TAKE_OUT: NotifierOptions = {
  name: "take-out",
  kind: "action",
  action: "hold_endpoint",
  url: "",
  secret: "",
  user: "",
  password: "",
  from: "",
  to: [],
};

function alertOf(upstream: string): Alert {
  return {
    id: "a1",
    rule: "bad-endpoint",
    state: "firing",
    labels: { alert: "bad-endpoint", service: "orders", upstream },
    annotations: { summary: `${upstream}\nfails` },
    runbook: "",
    value: 9,
    sinceMs: 0,
    firedAtMs: 0,
    resolvedAtMs: null,
  };
}

function world(answer: (hold: Hold, leastLeft?: number) => HoldAnswer = () => "held") {
  const held: Hold[] = [];
  const wishes: RollbackWish[] = [];
  const folder = mkdtempSync(join(tmpdir(), "weir-actions-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const rows: string[] = [];
  let nowMs = 0;
  const parts: Omit<AlertActionsParts, "budget"> = {
    holds: {
      list: () => held,
      add: (hold, leastLeft) => {
        const said = answer(hold, leastLeft);
        if (said === "held") held.push(hold);
        return said;
      },
    },
    policies: {
      goBack: (wish) => {
        if (wish.untilMs < 100) return Promise.reject(new Error("it is not what changed"));
        wishes.push(wish);
        const { createdBy, comment } = wish;
        const files = { model: "m", rules: "r" };
        return Promise.resolve({ from: "b", to: "a", atMs: nowMs, createdBy, comment, files });
      },
    },
    isRolledBack: () => wishes.length === 2,
    audit: { writeOwn: ({ action, details }) => void rows.push([action, ...details].join(" ")) },
    nowMs: () => nowMs,
    log: silentLog,
  };
  const start = (): Act =>
    createAlertActions({ ...parts, budget: createActionBudget(join(folder, "data"), silentLog) });
  return { start, act: start(), held, wishes, rows, at: (ms: number) => void (nowMs = ms), folder };
}

test("the endpoint of the labels is taken out once, for as long as is said, with a row that names the rule", async () => {
  const { act, held, rows } = world((_, leastLeft) => (leastLeft === 0.5 ? "held" : "last"));
  const options = { ...TAKE_OUT, for: "5m" };
  await act(options, [alertOf("http://b:1")]);
  await act(options, [alertOf("http://b:1")]);
  const comment = "bad-endpoint: http://b:1 fails";
  expect(held).toEqual([
    {
      service: "orders",
      endpoint: "http://b:1",
      share: 0,
      startsAtMs: 0,
      endsAtMs: 300_000,
      comment,
      createdBy: "alert bad-endpoint",
    },
  ]);
  expect(rows).toEqual([
    `hold_endpoint audit.service orders audit.endpoint http://b:1 audit.share 0 audit.for_s 300 audit.comment ${comment} audit.alert bad-endpoint audit.alert_id a1 audit.notifier take-out`,
  ]);
});

test("so often within an hour, and no more, whatever starts anew meanwhile", async () => {
  const { start, held, at } = world();
  const options = { ...TAKE_OUT, most_per_hour: 2 };
  for (const port of [1, 2]) await start()(options, [alertOf(`http://b:${port}`)]);
  const third = () => start()(options, [alertOf("http://b:3")]);
  expect(third).toThrow("it acted 2 times within an hour already");
  at(HOUR_MS);
  await third();
  expect(held.map(({ endpoint }) => endpoint)).toEqual(["http://b:1", "http://b:2", "http://b:3"]);
});

test("less weight is given once; who is out already need not get it, but who gets less may be taken out", async () => {
  const { act, held, rows } = world();
  const less: NotifierOptions = { ...TAKE_OUT, name: "less", action: "lower_weight", share: 0.25 };
  for (const options of [less, less, TAKE_OUT, less]) await act(options, [alertOf("http://b:1")]);
  expect(held.map(({ share }) => share)).toEqual([0.25, 0]);
  expect(rows.map((row) => row.split(" ", 7).filter((_, at) => at % 2 === 0))).toEqual([
    ["lower_weight", "orders", "http://b:1", "0.25"],
    ["hold_endpoint", "orders", "http://b:1", "0"],
  ]);
});

test("a policy is rolled back once for all that fire, by the first of them, and not while it is; in vain costs nothing", async () => {
  const { act, wishes, rows, at } = world();
  const options: NotifierOptions = { ...TAKE_OUT, action: "roll_back_policy", within: "1m" };
  const alert = { ...alertOf("http://b:1"), sinceMs: 90_000 };
  at(100_000);
  const inVain = async () => act({ ...options, most_per_hour: 1 }, [alertOf("http://b:1")]);
  for (const _ of [1, 2]) await expect(inVain()).rejects.toThrow("it is not what changed");
  await act(options, [{ ...alert, sinceMs: 95_000, rule: "later" }, alert]);
  await act(options, [alert]);
  await act(options, [alert]);
  const why = { createdBy: "alert bad-endpoint", comment: "bad-endpoint: http://b:1 fails" };
  const wish = { ...why, sinceMs: 30_000, untilMs: 90_000 };
  expect(wishes).toEqual([wish, wish]);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toBe(
    `roll_back_policy audit.from b audit.to a audit.comment ${why.comment} audit.alert bad-endpoint audit.alert_id a1 audit.notifier take-out`,
  );
});

test("what can't be read of what was done is said, and counts for nothing", async () => {
  const { act, folder } = world();
  await act(TAKE_OUT, [alertOf("http://b:1")]);
  writeFileSync(join(folder, "data", "alert-actions.json"), "[");
  const errors: string[] = [];
  const log = { ...silentLog, error: (event: string) => void errors.push(event) };
  createActionBudget(join(folder, "data"), log).demand("take-out", 1, 0);
  expect(errors).toEqual(["alert_actions_not_read"]);
});

test.each([
  ["unweighed", "http://b:1", "orders is balanced by round-robin, which knows no weights"],
  ["last", "http://b:1", "http://b:1 stays in: less than half of orders would be left"],
  ["unknown", "http://b:1", "orders has no endpoint http://b:1"],
  ["held", "", "bad-endpoint names no endpoint; it needs by: [ service, upstream ]"],
] as const)("what can't be done is said: %s %s", (answer, upstream, words) => {
  const { act, rows } = world(() => answer);
  expect(() => act(TAKE_OUT, [alertOf(upstream)])).toThrow(words);
  expect(rows).toEqual([]);
});
