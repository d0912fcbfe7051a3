// /metrics tells a policy that was rolled back from one that is what its files say.
import { expect, test } from "vitest";
import { adminParts, startTestAdmin } from "../support/admin-kit.ts";
import { readPrometheus } from "../support/prometheus.ts";

const ROLLBACK = {
  from: "new",
  to: "old",
  atMs: 1_764_000_000_250,
  createdBy: "alert denials",
  comment: "",
  files: { model: "model.conf", rules: "rules.csv" },
};

test.each([
  { case: "as its files say", rollback: null, rolledBack: [0], since: undefined },
  { case: "rolled back", rollback: ROLLBACK, rolledBack: [1], since: [1_764_000_000.25] },
])("a policy $case", async ({ rollback, rolledBack, since }) => {
  const running = { ...adminParts().running(), policy: { revision: "old", rules: 1 }, rollback };
  const { url } = await startTestAdmin({ running: () => running });
  const families = readPrometheus(await (await fetch(`${url}/metrics`)).text());
  const valuesOf = (name: string) => families.get(name)?.samples.map(({ value }) => value);
  expect(valuesOf("weir_policy_rolled_back")).toEqual(rolledBack);
  expect(valuesOf("weir_policy_rollback_timestamp_seconds")).toEqual(since);
});
