// A least-privilege policy from observed traffic: what was allowed, and as little more as templates need.
import { fieldsOfLine } from "../rules/rule-line.ts";
import type { Observed } from "./observe.ts";
import { compare } from "../../core/compare.ts";
import { entry } from "../../core/entry.ts";
import { type Conflict, keyOf, permissionsOf, type Support } from "./permissions.ts";
import { coverByRoles } from "./role-cover.ts";
import { roleNames } from "./role-names.ts";

/** A role and its members, or one caller. */
export interface Holder {
  readonly name: string;
  /** Callers that hold the role; none where the name is a caller's. */
  readonly members: readonly string[];
  readonly rules: readonly ProposedRule[];
}

/** One rule and what it rests on. */
export interface ProposedRule {
  readonly pattern: string;
  readonly method: string;
  /** Whether it matches paths that were not seen. */
  readonly has_parameter: boolean;
  readonly requests: number;
  readonly callers: number;
  /** ISO-8601, UTC. */
  readonly last_seen: string;
  /** Paths that were seen of one caller at most; null: too many to count. */
  readonly paths: number | null;
}

export interface Proposal {
  /** Roles first, then single callers, each by name. */
  readonly holders: readonly Holder[];
  readonly conflicts: readonly Conflict[];
  /** Requests of uses below the support asked for. */
  readonly belowSupport: number;
  /** Callers and paths that no rules file can name; their requests are not kept. */
  readonly unwritable: readonly string[];
}

export function propose(observed: Observed, minSupport: number): Proposal {
  const { supports, conflicts, leftOut } = permissionsOf(observed, minSupport);
  const { writable = [], unwritable = [] } = Object.groupBy(supports, (support) =>
    isWritable(support) ? "writable" : "unwritable",
  );
  const keys = [...new Set(writable.map(({ permission }) => keyOf(permission)))].sort(compare);
  const numbers = new Map(keys.map((key, at) => [key, at]));
  const bySubject = new Map<string, Map<number, Support>>();
  for (const support of writable) {
    const mine = entry(bySubject, support.subject, () => new Map<number, Support>());
    const at = numbers.get(keyOf(support.permission)) ?? 0;
    mine.set(at, added(mine.get(at), support));
  }
  return {
    holders: holdersOf(bySubject),
    conflicts,
    belowSupport: leftOut,
    unwritable: [...new Set(unwritable.map(nameOf))].sort(compare),
  };
}

type Supports = ReadonlyMap<string, ReadonlyMap<number, Support>>;

function holdersOf(supports: Supports): readonly Holder[] {
  const grants = new Map(
    [...supports].map(([subject, mine]) => [subject, new Set(mine.keys())] as const),
  );
  const { roles, direct } = coverByRoles(grants);
  const rulesOf = (subjects: readonly string[], permissions: readonly number[]): ProposedRule[] =>
    permissions.map((permission) =>
      ruleOf(subjects.flatMap((subject) => supports.get(subject)?.get(permission) ?? [])),
    );
  const named = roles.map(({ members, permissions }) => ({
    members,
    rules: rulesOf(members, permissions),
  }));
  const names = roleNames(
    named.map(({ rules }) => rules),
    new Set(supports.keys()),
  );
  return [
    ...named
      .map((role, at) => ({ name: names[at] ?? "", ...role }))
      .sort((one, other) => compare(one.name, other.name)),
    ...[...direct].map(([name, permissions]) => ({
      name,
      members: [],
      rules: rulesOf([name], permissions),
    })),
  ];
}

/** One permission of several callers; there is one at least. */
function ruleOf(supports: readonly Support[]): ProposedRule {
  const { pattern = "", method = "", hasParameter = false } = supports[0]?.permission ?? {};
  const rule = { pattern, method, has_parameter: hasParameter, callers: supports.length };
  let requests = 0;
  let last_seen = "";
  let paths: number | null = 0;
  for (const support of supports) {
    requests += support.requests;
    if (support.lastSeen > last_seen) last_seen = support.lastSeen;
    paths = paths === null || support.paths === null ? null : Math.max(paths, support.paths);
  }
  return { ...rule, requests, last_seen, paths };
}

/** The same permission can come of a listed path and of a template without parameters. */
function added(known: Support | undefined, more: Support): Support {
  if (known === undefined) return more;
  return {
    ...more,
    requests: known.requests + more.requests,
    lastSeen: known.lastSeen > more.lastSeen ? known.lastSeen : more.lastSeen,
  };
}

function nameOf({ subject, permission }: Support): string {
  return isName(subject) ? permission.pattern : subject;
}

/** Only what weir and casbin read back as it was. */
function isWritable({ subject, permission: { pattern, method } }: Support): boolean {
  if (!isName(subject)) return false;
  const line = ruleLine("p", subject, pattern, method);
  const read = fieldsOfLine(line, () => undefined);
  return JSON.stringify(read) === JSON.stringify(["p", subject, pattern, method]);
}

/** "*" is everybody to the model, and roles share the name space of callers. */
function isName(subject: string): boolean {
  return subject !== "*" && !subject.startsWith("role:") && !/["()\p{Cc}]|^\s|\s$/u.test(subject);
}

/** A line of casbin's CSV. */
export function ruleLine(...fields: readonly string[]): string {
  return fields
    .map((field) => (/[,"#]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(", ");
}
