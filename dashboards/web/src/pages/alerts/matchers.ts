// Matchers of a silence as people write them: NAME=VALUE, one after the other; blanks in a value are quoted.
import type { Labels } from "../../alerting.ts";

const PAIR = /(?<name>\w{1,64})=(?:"(?<quoted>[^"]*)"|(?<plain>[^\s"]*))/y;

export function matcherText(matchers: Labels): string {
  return Object.entries(matchers)
    .map(([name, value]) => (/^[^\s"]+$/.test(value) ? `${name}=${value}` : `${name}="${value}"`))
    .join(" ");
}

/** null where it is not of that shape. */
export function readMatchers(text: string): Labels | null {
  const matchers: Record<string, string> = {};
  const rest = text.trim();
  PAIR.lastIndex = 0;
  for (let at = 0; at < rest.length;) {
    const { name, quoted, plain } = PAIR.exec(rest)?.groups ?? {};
    if (name === undefined) return null;
    matchers[name] = quoted ?? plain ?? "";
    at = PAIR.lastIndex;
    while (rest[at] === " ") at++;
    PAIR.lastIndex = at;
  }
  return Object.keys(matchers).length === 0 ? null : matchers;
}
