// A group of recorded decisions, as a test changes it.
import type { RecordedGroup } from "../../src/policy/replay/recorded.ts";

export function group(changes: Partial<RecordedGroup> = {}): RecordedGroup {
  return {
    request: ["alice", "/a/1", "GET"],
    replay: "",
    decision: "allow",
    rule: "p, alice, /a/:id, GET",
    rule_source: "old.csv:1",
    principal: "alice",
    route: "a",
    service: "a",
    method: "GET",
    requests: 1,
    first_seen: "2026-11-21T00:00:00.000000000Z",
    last_seen: "2026-11-21T00:00:01.000000000Z",
    trace_id: "t1",
    span_id: "s1",
    path: "/a/1",
    ...changes,
  };
}
