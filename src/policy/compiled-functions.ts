// Casbin's costliest functions with each pattern compiled once: casbin makes a regular expression a call.
import { type BoundedRegex, boundedRegex } from "./bounded-regex.ts";
import { pathExpression } from "./patterns.ts";

export type MatchFunction = (text: string, pattern: string) => boolean;

/** One memory a snapshot: its patterns are those of its rules and its matcher, so it is bounded. */
export function compiledFunctions(): ReadonlyMap<string, MatchFunction> {
  return new Map<string, MatchFunction>([
    ["keyMatch2", remembering((pattern) => pathExpression("keyMatch2", pattern))],
    ["keyMatch3", remembering((pattern) => pathExpression("keyMatch3", pattern))],
    ["keyMatch5", withoutQuery(remembering((pattern) => pathExpression("keyMatch3", pattern)))],
    ["regexMatch", remembering((pattern) => pattern)],
  ]);
}

function remembering(expressionOf: (pattern: string) => string): MatchFunction {
  const compiled = new Map<string, BoundedRegex>();
  return (text, pattern) => {
    const known = compiled.get(pattern);
    if (known !== undefined) return known.test(text);
    const made = boundedRegex(expressionOf(pattern));
    compiled.set(pattern, made);
    return made.test(text);
  };
}

function withoutQuery(match: MatchFunction): MatchFunction {
  return (path, pattern) => {
    const query = path.indexOf("?");
    return match(query < 0 ? path : path.slice(0, query), pattern);
  };
}
