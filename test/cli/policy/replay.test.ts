// `weir policy replay` as a gate: it opens only for what it has seen, and says what it has not.
import { afterEach, describe, expect, it } from "vitest";
import { RECORDED_COLUMNS, type RecordedGroup } from "../../../src/policy/replay/recorded.ts";
import { group } from "../../policy/recorded-group.ts";
import { type AdminFixture, startAdminFixture } from "../support/admin-fixture.ts";
import { weirPolicy } from "../support/in-process.ts";
import type { Ended } from "../support/weir.ts";

let admin: AdminFixture | undefined;
afterEach(() => admin?.close());

const SAME = group({ request: ["alice", "/orders/1", "GET"] });
const LOST = group({ request: ["alice", "/orders/1", "PUT"] });
const REDACTED = group({ replay: "redacted", requests: 2 });
const NOT_ASKED = group({ replay: "not_asked", decision: "none", request: [] });

/** The sample policy decides these again. */
async function replay(
  groups: readonly RecordedGroup[],
  args: readonly string[] = [],
): Promise<Ended> {
  const requests = groups.reduce((sum, each) => sum + each.requests, 0);
  const lines = [
    { columns: RECORDED_COLUMNS, since: "2026-01-01", until: "2026-01-02", requests },
    ...groups.map((each) => RECORDED_COLUMNS.map((name) => each[name])),
    { groups: groups.length },
  ];
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  admin = await startAdminFixture({
    "GET /api/v1/policy/recorded": { type: "application/x-ndjson", body },
  });
  return weirPolicy(["replay", "--candidate", "policies", "--admin", admin.url, ...args]);
}

interface Gate {
  readonly exit: number;
  readonly when: string;
  readonly groups: readonly RecordedGroup[];
  readonly args?: string;
  /** On standard error. */
  readonly said?: string;
}

const NOTHING = "no decision was recorded in that time";
const GATES: readonly Gate[] = [
  { exit: 0, when: "nothing changes", groups: [SAME] },
  { exit: 0, when: "others were never asked", groups: [SAME, NOT_ASKED], args: "undecided" },
  { exit: 0, when: "some can't be decided", groups: [SAME, REDACTED] },
  { exit: 1, when: "a change", groups: [SAME, LOST] },
  { exit: 0, when: "a change that is no finding", groups: [SAME, LOST], args: "new-allow" },
  { exit: 0, when: "a change that is only looked at", groups: [SAME, LOST], args: "undecided" },
  {
    exit: 2,
    when: "some can't be decided, and that is to fail",
    groups: [SAME, REDACTED],
    args: "undecided,new-deny",
    said: "2 of 3 requests could not be decided again",
  },
  {
    exit: 1,
    when: "a change outranks it",
    groups: [LOST, REDACTED],
    args: "new-deny,undecided",
    said: "2 of 3",
  },
  { exit: 2, when: "nothing recorded", groups: [], said: NOTHING },
  { exit: 2, when: "no policy was asked", groups: [NOT_ASKED], said: NOTHING },
  { exit: 2, when: "none can be decided", groups: [REDACTED], said: "none of 2 requests" },
];

describe("the exit code", () => {
  it.each(GATES)("$exit: $when", async ({ exit, groups, args, said = "" }) => {
    const { status, err } = await replay(groups, args === undefined ? [] : ["--fail-on", args]);
    expect(status).toBe(exit);
    if (said === "") expect(err).toBe("");
    else expect(err).toContain(`weir: ${said}`);
  });

  it.each([
    [0, []],
    [0, [NOT_ASKED]],
    [2, [REDACTED]],
  ])("%i with --allow-empty: %j", async (exit, groups) => {
    expect((await replay(groups, ["--allow-empty"])).status).toBe(exit);
  });

  it("is what ok says as JSON, and nothing else is said", async () => {
    for (const [groups, ok] of [
      [[SAME], true],
      [[LOST], false],
      [[], false],
    ] as const) {
      const { out, err } = await replay(groups, ["--json"]);
      expect([JSON.parse(out), err]).toMatchObject([{ ok }, ""]);
      await admin?.close();
    }
  });
});
