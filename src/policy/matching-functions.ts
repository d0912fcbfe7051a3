// The functions a matcher may call: ours with every pattern compiled once, casbin's own for the rare ones.
import type { Callable } from "./compile-matcher.ts";
import { compiledFunctions, type MatchFunction } from "./compiled-functions.ts";
import { textOf } from "./values.ts";

/** All that `names` may need; casbin is loaded only where one of them is its own. */
export async function matchingFunctions(
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Callable>> {
  const functions = new Map<string, Callable>([["keyMatch", asCallable("keyMatch", keyMatch)]]);
  for (const [name, match] of compiledFunctions()) functions.set(name, asCallable(name, match));
  if ([...names].every((name) => functions.has(name))) return functions;
  const { casbinFunctions } = await import("./casbin-functions.ts");
  for (const [name, call] of casbinFunctions()) {
    if (!functions.has(name)) functions.set(name, call);
  }
  return functions;
}

function asCallable(name: string, match: MatchFunction): Callable {
  return (text, pattern) => match(textOf(text, name), textOf(pattern, name));
}

/** Up to the pattern's first star; what stands behind it casbin ignores. */
function keyMatch(text: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return text === pattern;
  return text.length > star
    ? text.slice(0, star) === pattern.slice(0, star)
    : text === pattern.slice(0, star);
}
