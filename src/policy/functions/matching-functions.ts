// The functions a matcher may call: casbin's answers with every pattern compiled once.
import { boundedRegex } from "./bounded-regex.ts";
import type { Callable } from "../matcher/compile-matcher.ts";
import { globTest } from "./glob-match.ts";
import { addressTest } from "./ip-match.ts";
import { groupedExpression, pathExpression } from "./patterns.ts";
import { textOf } from "../matcher/values.ts";

type Match = (text: string, pattern: string) => boolean;
type TextTest = (text: string) => boolean;

/** One memory a snapshot: its patterns are those of its rules and its matcher, so it is bounded. */
export function matchingFunctions(): ReadonlyMap<string, Callable> {
  const keyMatch2 = remembering((pattern) => regexTest(pathExpression("keyMatch2", pattern)));
  const keyMatch3 = remembering((pattern) => regexTest(pathExpression("keyMatch3", pattern)));
  const matches: Readonly<Record<string, Match>> = {
    keyMatch,
    keyMatch2,
    keyMatch3,
    keyMatch4: remembering(repeatingTest),
    keyMatch5: (path, pattern) => keyMatch3(path.split("?", 1)[0] ?? "", pattern),
    regexMatch: remembering(regexTest),
    ipMatch: remembering(addressTest),
    globMatch: remembering(globTest),
  };
  const functions = new Map<string, Callable>(
    Object.entries(matches).map(([name, match]) => [
      name,
      (text, pattern) => match(textOf(text, name), textOf(pattern, name)),
    ]),
  );
  functions.set("keyGet", (path, pattern) =>
    keyGet(textOf(path, "keyGet"), textOf(pattern, "keyGet")),
  );
  functions.set("keyGet2", (...values) => {
    const [path = "", pattern = "", name = ""] = values.map((value) => textOf(value, "keyGet2"));
    return keyMatch2(path, pattern) ? parameterIn(path, pattern, name) : "";
  });
  return functions;
}

function remembering(compile: (pattern: string) => TextTest): Match {
  const compiled = new Map<string, TextTest>();
  return (text, pattern) => {
    const known = compiled.get(pattern);
    if (known !== undefined) return known(text);
    const made = compile(pattern);
    compiled.set(pattern, made);
    return made(text);
  };
}

function regexTest(pattern: string): TextTest {
  const regex = boundedRegex(pattern);
  return (text) => regex.test(text);
}

/** Up to the pattern's first star; what stands behind it casbin ignores. */
function keyMatch(text: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return text === pattern;
  return text.length > star
    ? text.slice(0, star) === pattern.slice(0, star)
    : text === pattern.slice(0, star);
}

/** What stands in the place of the star. */
function keyGet(text: string, pattern: string): string {
  const star = pattern.indexOf("*");
  return star >= 0 && text.startsWith(pattern.slice(0, star)) ? text.slice(star) : "";
}

/** The segment that :name stands for; undefined where the path has fewer than the pattern. */
function parameterIn(path: string, pattern: string, name: string): string | undefined {
  const at = pattern.match(/[^/]+/g)?.indexOf(`:${name}`) ?? -1;
  const segments = path.match(/[^/]+/g);
  return at < 0 || segments === null ? "" : segments[at];
}

/** A parameter named twice must be the same twice; casbin then wants all others to be that, too. */
function repeatingTest(pattern: string): TextTest {
  const expression = new RegExp(groupedExpression(pattern));
  const names = pattern.match(/\{[^}]*\}/g) ?? [];
  const isRepeated = new Set(names).size < names.length;
  return (path) => {
    const match = expression.exec(path);
    if (match === null) return false;
    const values = match.slice(1);
    return !isRepeated || values.every((value) => value === values[0]);
  };
}
