// Which role links a policy's cases go along: those on the way from a caller to the deciding rule.
import type { CheckedPolicy } from "../engine.ts";
import type { FindRolePaths, RolePath } from "../roles/role-path.ts";
import type { Rule } from "../rules/rule.ts";
import type { RequestTuple } from "../request/tuple.ts";
import type { CaseResult } from "./run-cases.ts";

export interface LinkCoverage {
  readonly used: number;
  /** The g rules on no such way, in file order. */
  readonly unused: readonly Rule[];
}

/** A policy as one context sees it. `find` is null where its matcher asks no role. */
export interface LinkedPart {
  readonly policy: Pick<CheckedPolicy, "links" | "rules">;
  readonly results: readonly CaseResult[];
  readonly find: FindRolePaths | null;
}

/** Of equal links all count. */
export function linkCoverageOf(parts: readonly LinkedPart[]): LinkCoverage {
  const gone = new Set(parts.flatMap(goneAlong));
  const all = new Map<number, Rule>();
  for (const { policy } of parts) {
    for (const links of policy.links.values()) for (const rule of links) all.set(rule.line, rule);
  }
  const unused = [...all.values()]
    .filter(({ ptype, fields }) => !gone.has(linkKey(ptype, fields)))
    .toSorted((one, other) => one.line - other.line);
  return { used: all.size - unused.length, unused };
}

function goneAlong({ policy, results, find }: LinkedPart): string[] {
  const bySource = new Map(policy.rules.map((rule) => [rule.source, rule]));
  return results.flatMap(({ case: each, decision }) => {
    const rule = bySource.get(decision.ruleSource);
    const paths = rule === undefined ? [] : pathsOf(find, each.request, rule);
    return paths.flatMap(({ definition, path, domain }) =>
      path.slice(1).map((role, at) => linkKey(definition, [path[at] ?? "", role, domain])),
    );
  });
}

function linkKey(definition: string, [name, role, domain = ""]: readonly string[]): string {
  return JSON.stringify([definition, name, role, domain]);
}

/** A rule that can't be evaluated decides nothing, so has no paths. */
function pathsOf(
  find: FindRolePaths | null,
  request: RequestTuple,
  { fields }: Rule,
): readonly RolePath[] {
  try {
    return find === null ? [] : find(request, fields);
  } catch {
    return [];
  }
}
