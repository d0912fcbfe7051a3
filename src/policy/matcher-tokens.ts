// Splits a matcher into tokens; anything outside casbin's documented language is refused here.

export interface Token {
  readonly kind: "name" | "string" | "number" | "symbol" | "end";
  readonly text: string;
}

/** A matcher that can't be read; the message says what would be right. */
export class MatcherError extends Error {}

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(&&|\|\||[=!]=(?!=)|<=|>=|[<>!(),[\]]))/suy;

const END: Token = { kind: "end", text: "the end" };

/** Tokens of the matcher, the last of kind "end". */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const scanner = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (scanner.lastIndex < end) {
    const at = scanner.lastIndex;
    const match = scanner.exec(text);
    if (match === null) throw new MatcherError(unreadable(text.slice(at).trimStart()));
    tokens.push(tokenOf(match));
  }
  tokens.push(END);
  return tokens;
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

function unreadable(rest: string): string {
  const near = JSON.stringify(rest.slice(0, 20));
  if (rest.startsWith('"') || rest.startsWith("'")) {
    return `a string is not closed near ${near} (# and ; begin a comment even inside one)`;
  }
  return `can't read ${near}; a matcher is made of r.x, p.x, strings, numbers, functions, && || ! == != < <= > >= in ( )`;
}
