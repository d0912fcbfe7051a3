// Rules that decided nothing in a time, told by the rules that did.
import type { Rule } from "../rules/rule.ts";

/** A row keeps 512 bytes of a rule, so at least as many characters; no two rules that matter are alike for as long. */
const COMPARED_CHARS = 160;

/** Of `rules`, in their order; `used` are rules as rows have them. */
export function unusedRules(
  rules: readonly Rule[],
  used: ReadonlySet<string>,
): readonly Pick<Rule, "text" | "source">[] {
  const known = new Set([...used].map((text) => text.slice(0, COMPARED_CHARS)));
  return rules
    .filter(({ text }) => !known.has(text.slice(0, COMPARED_CHARS)))
    .map(({ text, source }) => ({ text, source }));
}
