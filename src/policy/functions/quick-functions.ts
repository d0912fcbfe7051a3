// Path functions that see at once when a path and a pattern differ in plain text: most pairs do, and no pattern is compiled for them.
import type { Callable } from "../matcher/compile-matcher.ts";

/** Those that make a regular expression anchored at the start of the path, plain characters as they are. */
const ANCHORED: readonly string[] = ["keyMatch2", "keyMatch3", "keyMatch4"];

const SLASH = 47;
const HYPHEN = 45;
const UNDERSCORE = 95;
/** What may make the character before it optional. */
const QUANTIFIERS = "*+?{";

export function quickFunctions(
  functions: ReadonlyMap<string, Callable>,
): ReadonlyMap<string, Callable> {
  const quick = new Map(functions);
  for (const name of ANCHORED) {
    const call = functions.get(name);
    if (call !== undefined) quick.set(name, quickly(call));
  }
  return quick;
}

function quickly(call: Callable): Callable {
  return (text, pattern) =>
    typeof text === "string" && typeof pattern === "string" && differ(text, pattern)
      ? false
      : call(text, pattern);
}

/** True only where no path that begins like this one can match. */
function differ(text: string, pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) {
    const code = pattern.charCodeAt(at);
    if (!isPlain(code)) return false;
    if (code === text.charCodeAt(at)) continue;
    return !QUANTIFIERS.includes(pattern[at + 1] ?? " ") && !pattern.includes("|");
  }
  return false;
}

function isPlain(code: number): boolean {
  const isDigit = code >= 48 && code <= 57;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isDigit || isLetter || code === SLASH || code === HYPHEN || code === UNDERSCORE;
}
