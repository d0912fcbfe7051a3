// A least-privilege policy from observed traffic: what was allowed, and as little more as templates need.
import { readRules } from "../rules-text.ts";
import type { Observed } from "./observe.ts";
import { type Conflict, compare, keyOf, permissionsOf, type Support } from "./permissions.ts";
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
  const writable = supports.filter(isWritable);
  const unwritable = supports.filter((support) => !isWritable(support)).map(nameOf);
  const keys = [...new Set(writable.map(({ permission }) => keyOf(permission)))].sort(compare);
  const numbers = new Map(keys.map((key, at) => [key, at]));
  const bySubject = new Map<string, Map<number, Support>>();
  for (const support of writable) {
    const mine = bySubject.get(support.subject) ?? new Map<number, Support>();
    bySubject.set(support.subject, mine);
    const at = numbers.get(keyOf(support.permission)) ?? 0;
    mine.set(at, added(mine.get(at), support));
  }
  return {
    holders: holdersOf(bySubject),
    conflicts,
    belowSupport: leftOut,
    unwritable: [...new Set(unwritable)].sort(compare),
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
  const counts = supports.map(({ paths }) => paths);
  return {
    pattern,
    method,
    has_parameter: hasParameter,
    requests: supports.reduce((sum, { requests }) => sum + requests, 0),
    callers: supports.length,
    last_seen:
      supports
        .map(({ lastSeen }) => lastSeen)
        .sort(compare)
        .at(-1) ?? "",
    paths: counts.includes(null) ? null : Math.max(...counts.map(Number)),
  };
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
  const [rule, ...others] = readRules(line, "", () => undefined);
  const written = JSON.stringify([subject, pattern, method]);
  return others.length === 0 && JSON.stringify(rule?.fields) === written;
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
