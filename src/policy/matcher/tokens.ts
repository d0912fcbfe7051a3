// Splits a matcher into tokens; anything outside casbin's documented language is refused here.

import { MAX_MATCHER_TOKENS } from "../limits.ts";

export interface Token {
  readonly kind: "name" | "string" | "number" | "symbol" | "end";
  readonly text: string;
}

/** A matcher that can't be read; the message says what would be right. */
export class MatcherError extends Error {}

/** To casbin, blanks other than these are letters. */
const TOKEN =
  /[ \t\r\n]*(?:([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![A-Za-z0-9_.])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(&&|\|\||[=!]==?|<=|>=|[-+*/%?:<>!(),[\]]))/suy;

const END: Token = { kind: "end", text: "the end" };

/** Tokens of a matcher, the last of kind "end". */
export function tokenize(text: string): readonly Token[] {
  return scan(text, (literal) => literal.startsWith("'"));
}

/** Tokens of the condition in a rule, which casbin rewrites whole, in all of its strings. */
export function tokenizeCondition(text: string): readonly Token[] {
  return scan(text, () => true);
}

function scan(text: string, isRewritten: (literal: string) => boolean): readonly Token[] {
  const tokens: Token[] = [];
  const scanner = new RegExp(TOKEN);
  let end = text.length;
  while (end > 0 && " \t\r\n".includes(text.charAt(end - 1))) end -= 1;
  while (scanner.lastIndex < end) {
    const at = scanner.lastIndex;
    const match = scanner.exec(text);
    if (match === null)
      throw new MatcherError(unreadable(text.slice(at).replace(/^[ \t\r\n]+/, "")));
    const [, , , string = ""] = match;
    if (isRewritten(string)) refuseFieldLook(string);
    tokens.push(tokenOf(match));
    if (tokens.length > MAX_MATCHER_TOKENS) {
      throw new MatcherError(`longer than ${MAX_MATCHER_TOKENS} words and signs`);
    }
  }
  tokens.push(END);
  return tokens;
}

/** Where casbin sees a field in the text of a string, and puts an underscore for its dot. */
function refuseFieldLook(literal: string): void {
  if (!/[()\s|&,=!><+\-*/][rp]\d*\./.test(literal)) return;
  throw new MatcherError(`casbin would rewrite the field in the string ${literal}`);
}

function tokenOf([, name, number, string, symbol]: RegExpExecArray): Token {
  if (name !== undefined) return { kind: "name", text: name };
  if (number !== undefined) return { kind: "number", text: number };
  if (string !== undefined) return { kind: "string", text: unquote(string) };
  return { kind: "symbol", text: symbol ?? "" };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
]);

/** Escapes as casbin's expression parser (jsep) reads them: an unknown one is the character itself. */
function unquote(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\(.)/gsu, (_, escaped: string) => ESCAPES.get(escaped) ?? escaped);
}

/** What is often meant otherwise. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/^=/, "write == to compare"],
  [/^&/, "write && for and"],
  [/^\|/, "write || for or"],
  [/^[\u2018-\u201f]/, "write straight quotes"],
  [/^[\s\uFEFF\u200b]/, "write plain blanks"],
];

function unreadable(rest: string): string {
  const near = JSON.stringify(rest.slice(0, 20));
  if (rest.startsWith('"') || rest.startsWith("'")) {
    return `a string is not closed near ${near} (# and ; begin a comment even inside one)`;
  }
  const [, advice = ""] = SLIPS.find(([slip]) => slip.test(rest)) ?? [];
  if (advice !== "") return `can't read ${near}; ${advice}`;
  return `can't read ${near}; a matcher is made of r.x, p.x, strings, numbers, functions, && || ! == != === !== < <= > >= + - * / % ? : in ( ) [ ]`;
}
