// What a replay found, grouped by who asked what; the most frequent are kept, all are counted.
import { compare } from "../../core/compare.ts";
import type { RecordedGroup } from "./recorded.ts";
import type { Decision } from "../snapshot.ts";

/** Requests of one caller to one route whose decision changes. Rules and example are of the newest one. */
export interface Finding {
  /** Empty for anonymous callers. */
  readonly principal: string;
  readonly route: string;
  readonly method: string;
  readonly requests: number;
  /** The rule of the candidate that decides now; empty where none does. */
  readonly rule: string;
  readonly rule_source: string;
  /** Why the candidate can't decide; empty where it can. */
  readonly error: string;
  /** The rule that decided then. */
  readonly recorded_rule: string;
  readonly recorded_rule_source: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly path: string;
  /** The example's tuple as it was recorded. */
  readonly request: readonly string[];
}

export interface FindingList {
  /** All requests whose decision changes this way. */
  readonly requests: number;
  /** Callers and routes they fall into; where there are too many to tell apart, at least so many. */
  readonly groups: number;
  /** The most frequent first. */
  readonly shown: readonly Finding[];
}

export interface Findings {
  readonly add: (group: RecordedGroup, decided: Decision) => void;
  readonly list: (limit: number) => FindingList;
}

/** More are counted as requests and no longer told apart. */
const MOST_GROUPS = 10_000;

interface Kept {
  requests: number;
  firstSeen: string;
  group: RecordedGroup;
  decided: Decision;
}

export function createFindings(): Findings {
  const kept = new Map<string, Kept>();
  let requests = 0;
  return {
    add: (group, decided) => {
      requests += group.requests;
      const key = keyOf(group);
      const known = kept.get(key);
      if (known !== undefined) merge(known, group, decided);
      else if (kept.size < MOST_GROUPS) {
        const { requests: count, first_seen: firstSeen } = group;
        kept.set(key, { requests: count, firstSeen, group, decided });
      }
    },
    list: (limit) => {
      const all = [...kept.values()].sort(byFrequency);
      return { requests, groups: all.length, shown: all.slice(0, limit).map(findingOf) };
    },
  };
}

function merge(known: Kept, group: RecordedGroup, decided: Decision): void {
  known.requests += group.requests;
  if (group.first_seen < known.firstSeen) known.firstSeen = group.first_seen;
  if (group.last_seen <= known.group.last_seen) return;
  known.group = group;
  known.decided = decided;
}

function byFrequency(one: Kept, other: Kept): number {
  return other.requests - one.requests || compare(keyOf(one.group), keyOf(other.group));
}

function keyOf({ principal, route, method }: RecordedGroup): string {
  return JSON.stringify([principal, route, method]);
}

function findingOf({ requests, firstSeen, group, decided }: Kept): Finding {
  const { principal, route, method, last_seen, trace_id, span_id, path, request } = group;
  return {
    principal,
    route,
    method,
    requests,
    rule: decided.rule,
    rule_source: decided.ruleSource,
    error: decided.error,
    recorded_rule: group.rule,
    recorded_rule_source: group.rule_source,
    first_seen: firstSeen,
    last_seen,
    trace_id,
    span_id,
    path,
    request,
  };
}
