// Names for proposed roles: by what most of their paths begin with, and whether they only read.
import type { ProposedRule } from "./proposal.ts";
import { compare } from "../../core/compare.ts";

/** RFC 9110, section 9.2.1. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** One for each, in their order; all differ, and none is a caller's. */
export function roleNames(
  roles: readonly (readonly ProposedRule[])[],
  callers: ReadonlySet<string>,
): readonly string[] {
  const taken = new Set(callers);
  return roles.map((rules) => {
    const base = `role:${topicOf(rules)}-${rules.every(({ method }) => SAFE.has(method)) ? "reader" : "user"}`;
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    return name;
  });
}

function topicOf(rules: readonly ProposedRule[]): string {
  const counts = new Map<string, number>();
  for (const { pattern } of rules) {
    const segment = pattern.split("/").find((each) => each !== "") ?? "root";
    const word = segment
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const [topic] = [...counts].sort(([a, one], [b, other]) => other - one || compare(a, b));
  return topic === undefined || topic[0] === "" ? "root" : topic[0];
}
