// Who is told what and when: courses by the second, and what holds of any course with failures and restarts.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  failedGroup,
  type Group,
  type Groups,
  planMessages,
  toldGroup,
} from "../../src/alerts/grouping.ts";
import type { Alert } from "../../src/alerts/rule-state.ts";

const GROUP = { by: ["service"], waitMs: 10_000, repeatMs: 100_000 };

/** "orders/a": alert a of the service orders. */
function alert(name: string): Alert {
  const [service = ""] = name.split("/");
  return {
    id: name,
    rule: "r",
    state: "firing",
    labels: { service, name },
    annotations: {},
    runbook: "",
    value: 1,
    sinceMs: 0,
    firedAtMs: 0,
    resolvedAtMs: null,
  };
}

interface Moment {
  readonly atS: number;
  readonly firing: readonly string[];
  readonly silenced?: readonly string[];
  /** Whether what is sent arrives. */
  readonly arrives?: boolean;
}

/** What is sent at each moment: "+" fires, "-" is over. */
function course(moments: readonly Moment[]): string[] {
  let groups: Groups = new Map();
  return moments.map((moment) => {
    const told = tell(groups, moment);
    ({ groups } = told);
    return told.sent.join("; ");
  });
}

function tell(before: Groups, { atS, firing, silenced = [], arrives = true }: Moment) {
  const nowMs = atS * 1000;
  const { groups, messages } = planMessages(before, {
    wishes: [{ notifier: "ops", group: GROUP, firing: firing.map(alert) }],
    isSilenced: ({ id }) => silenced.includes(id),
    nowMs,
  });
  const next = new Map<string, Group>(groups);
  for (const message of messages) {
    const group = next.get(message.key) ?? message.group;
    next.set(message.key, arrives ? toldGroup(group, message, nowMs) : failedGroup(group, nowMs));
  }
  const sent = messages.map((message) =>
    [
      ...message.firing.map(({ id }) => `+${id}`),
      ...message.resolved.map(({ id }) => `-${id}`),
    ].join(" "),
  );
  return { groups: next, messages, sent };
}

const at = (atS: number, firing: readonly string[], more: Partial<Moment> = {}): Moment => ({
  atS,
  firing,
  ...more,
});

describe("a course", () => {
  test.each<[string, Moment[], string[]]>([
    [
      "waits for what breaks together",
      [at(0, ["o/a"]), at(9, ["o/a", "o/b"]), at(10, ["o/a", "o/b"])],
      ["", "", "+o/a +o/b"],
    ],
    ["keeps groups apart", [at(0, ["o/a", "p/a"]), at(10, ["o/a", "p/a"])], ["", "+o/a; +p/a"]],
    [
      "is quiet until it repeats",
      [at(0, ["o/a"]), at(10, ["o/a"]), at(109, ["o/a"]), at(110, ["o/a"])],
      ["", "+o/a", "", "+o/a"],
    ],
    [
      "tells the end",
      [at(0, ["o/a"]), at(10, ["o/a"]), at(11, []), at(21, []), at(300, [])],
      ["", "+o/a", "", "-o/a", ""],
    ],
    ["says nothing of what nobody heard of", [at(0, ["o/a"]), at(5, []), at(20, [])], ["", "", ""]],
    [
      "says how it ended what it tried to tell",
      [at(0, ["o/a"]), at(10, ["o/a"], { arrives: false }), at(10.5, []), at(11, [])],
      ["", "+o/a", "", "-o/a"],
    ],
    [
      "waits longer after each failure",
      [0, 10, 10.9, 11, 12.9, 13, 16.9, 17].map((s) => at(s, ["o/a"], { arrives: false })),
      ["", "+o/a", "", "+o/a", "", "+o/a", "", "+o/a"],
    ],
    [
      "does not tell the silenced, but that they are over",
      [
        at(0, ["o/a"], { silenced: ["o/a"] }),
        at(10, ["o/a"], { silenced: ["o/a"] }),
        at(20, ["o/a"]),
        at(30, ["o/a"]),
        at(40, ["o/a"], { silenced: ["o/a"] }),
        at(200, ["o/a"], { silenced: ["o/a"] }),
        at(210, []),
        at(220, []),
      ],
      ["", "", "", "+o/a", "", "", "", "-o/a"],
    ],
    [
      "passes over what ends and begins again while it waits",
      [at(0, ["o/a"]), at(10, ["o/a"]), at(11, []), at(12, ["o/a"]), at(30, ["o/a"])],
      ["", "+o/a", "", "", ""],
    ],
  ])("%s", (_, moments, sent) => {
    expect(course(moments)).toEqual(sent);
  });
});

test("of any course: once all arrives and is quiet, the receiver knows what fires and nothing else", () => {
  const names = ["o/a", "o/b", "p/a"];
  const moment = fc.record({
    afterS: fc.integer({ min: 0, max: 60 }),
    firing: fc.subarray(names),
    silenced: fc.subarray(names),
    arrives: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 40 }), fc.subarray(names), (moments, last) => {
      let groups: Groups = new Map();
      let atS = 0;
      const known = new Set<string>();
      const hear = (moment: Moment): number => {
        const told = tell(groups, moment);
        // A restart between any two moments: what is known is JSON.
        groups = new Map(JSON.parse(JSON.stringify([...told.groups])) as [string, Group][]);
        for (const { firing, resolved } of moment.arrives === false ? [] : told.messages) {
          for (const { id } of resolved) known.delete(id);
          for (const { id } of firing) known.add(id);
        }
        return told.messages.length;
      };
      for (const { afterS, ...rest } of moments) {
        atS += afterS;
        hear({ atS, ...rest });
      }
      for (const afterS of [400, 20]) hear({ atS: (atS += afterS), firing: last });
      expect([...known].sort()).toEqual([...last].sort());
      expect(hear({ atS, firing: last })).toBe(0);
    }),
  );
});
