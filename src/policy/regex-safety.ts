// Says whether a regular expression from a policy is valid and can't be made to run for ages.
import { MAX_WILDCARDS } from "./limits.ts";

/**
 * "" where the pattern is fine. Refused: invalid syntax; look-around and back-references; a repeated
 * group that itself repeats or has alternatives (exponential backtracking); more than MAX_WILDCARDS
 * repetitions that may overlap (the cost is the input's length to that power). Stricter than needed,
 * on purpose.
 */
export function regexFault(pattern: string): string {
  try {
    void new RegExp(pattern);
  } catch {
    return `not a valid regular expression: ${pattern}`;
  }
  const bare = withoutLiterals(pattern);
  if (/\(\?[=!<]/.test(bare)) return "look-around and named groups are not supported";
  if (/\\[1-9k]/.test(pattern)) return "back-references are not supported";
  if (repeatsAGroup(bare)) return "a repeated group may take for ages; repeat single characters";
  if (wildcards(bare) > MAX_WILDCARDS) {
    return `more than ${MAX_WILDCARDS} wildcards or repetitions in one pattern`;
  }
  return "";
}

/** Escapes become "e" and character classes "c", so that what is left is structure. */
function withoutLiterals(pattern: string): string {
  return pattern
    .replace(/\\./gs, "e")
    .replace(/\[\^\/\](?=\+?(?:\/|\$|$))/g, "s")
    .replace(/\[[^\]]*\]/g, "c");
}

function wildcards(bare: string): number {
  // "s+" is one whole path segment: it stops at "/", so it never overlaps its neighbours.
  const unbounded = bare.replace(/s\+/g, "").match(/[*+]|\{\d+,\d*\}/g);
  return unbounded?.length ?? 0;
}

/** True for (…)* (…)+ (…){n,} and (…){n} whose inside holds a quantifier or alternatives. */
function repeatsAGroup(bare: string): boolean {
  const starts: number[] = [];
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === "(") starts.push(at);
    if (bare[at] !== ")") continue;
    const inside = bare.slice(starts.pop() ?? 0, at);
    if (/^[*+{]/.test(bare.slice(at + 1)) && /[*+{|?]/.test(inside.replace(/^\(\?:/, ""))) {
      return true;
    }
  }
  return false;
}
