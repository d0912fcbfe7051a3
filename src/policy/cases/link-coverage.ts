// Which role links a policy's cases go along: those on the way from a caller to the deciding rule.
import type { FindRolePaths, RolePath } from "../roles/role-path.ts";
import type { CheckedPolicy } from "../engine.ts";
import type { Rule } from "../rules/rule.ts";
import type { RequestTuple } from "../request/tuple.ts";
import type { CaseResult } from "./run-cases.ts";

export interface LinkCoverage {
  readonly used: number;
  /** The g rules on no such way, in file order. */
  readonly unused: readonly Rule[];
}

/** `find` is null where the matcher asks no role. Of domains one link counts for all. */
export function linkCoverageOf(
  { links, rules }: CheckedPolicy,
  results: readonly CaseResult[],
  find: FindRolePaths | null,
): LinkCoverage {
  const bySource = new Map(rules.map((rule) => [rule.source, rule]));
  const gone = new Set<string>();
  for (const { case: each, decision } of results) {
    const rule = bySource.get(decision.ruleSource);
    const paths = rule === undefined ? [] : pathsOf(find, each.request, rule);
    for (const { definition, path } of paths) {
      for (const [at, name] of path.slice(0, -1).entries()) {
        gone.add(linkKey(definition, name, path[at + 1]));
      }
    }
  }
  const all = [...links].flatMap(([definition, ofOne]) =>
    ofOne.map((rule) => ({ rule, key: linkKey(definition, rule.fields[0], rule.fields[1]) })),
  );
  const unused = all.filter(({ key }) => !gone.has(key)).map(({ rule }) => rule);
  return { used: all.length - unused.length, unused };
}

function linkKey(definition: string, name: string | undefined, role: string | undefined): string {
  return JSON.stringify([definition, name, role]);
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
