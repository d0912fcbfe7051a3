// Parses a matcher into a syntax tree with the precedence casbin gives it.
import { MAX_NESTING } from "./limits.ts";
import { MatcherError, tokenize, type Token } from "./matcher-tokens.ts";
import type { BinaryOperator, Expression } from "./model.ts";

const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
];
const AND_LEVEL = 1;

/** @throws MatcherError where the text is not a matcher. */
export function parseMatcher(text: string): Expression {
  return new Parser(tokenize(text)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#peek().kind !== "end") this.#unexpected("an operator");
    return expression;
  }

  /** `in` binds as loosely as || in casbin, so only readings that can't surprise are taken. */
  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) throw new MatcherError(`nested deeper than ${MAX_NESTING}`);
    const left = this.#binary(0);
    const whole = this.#peek().text === "in" ? this.#membership(left) : left;
    this.#depth -= 1;
    return whole;
  }

  #membership(left: Expression): Expression {
    this.#at += 1;
    const list = this.#list();
    if (this.#peek().kind === "symbol" && isOperator(this.#peek().text)) {
      throw new MatcherError('put an "in" test in brackets of its own: (r.x in ("a", "b"))');
    }
    return placeMembership(left, list);
  }

  #list(): readonly Expression[] {
    const open = this.#next().text;
    if (open !== "(" && open !== "[") {
      throw new MatcherError('"in" is followed by a list: ("a", "b")');
    }
    return this.#items(open === "(" ? ")" : "]");
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((known) => known === this.#symbol());
      if (operator === undefined) return left;
      this.#at += 1;
      left = { kind: "binary", operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    let negations = 0;
    for (; this.#symbol() === "!"; this.#at += 1) negations += 1;
    let operand = this.#primary();
    for (; negations > 0; negations -= 1) operand = { kind: "not", operand };
    return operand;
  }

  #primary(): Expression {
    const token = this.#next();
    if (token.kind === "string") return { kind: "string", value: token.text };
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "name") return this.#named(token.text);
    if (token.kind !== "symbol" || token.text !== "(") {
      this.#at -= 1;
      this.#unexpected("a value");
    }
    const inner = this.#expression();
    this.#expect(")");
    return inner;
  }

  #named(name: string): Expression {
    if (name === "true" || name === "false") return { kind: "boolean", value: name === "true" };
    if (this.#symbol() === "(") {
      this.#at += 1;
      return { kind: "call", name, arguments: this.#items(")") };
    }
    const [of, field, ...rest] = name.split(".");
    if ((of === "r" || of === "p") && field !== undefined && rest.length === 0) {
      return { kind: "field", of, name: field };
    }
    throw new MatcherError(`"${name}" is no name here; fields are written r.NAME and p.NAME`);
  }

  #items(close: string): readonly Expression[] {
    const items: Expression[] = [];
    if (this.#symbol() !== close) {
      items.push(this.#expression());
      for (; this.#symbol() === ","; items.push(this.#expression())) this.#at += 1;
    }
    this.#expect(close);
    return items;
  }

  #expect(symbol: string): void {
    if (this.#symbol() !== symbol) this.#unexpected(`"${symbol}"`);
    this.#at += 1;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "the end" };
  }

  /** The text of the next token if it is a symbol; empty otherwise. */
  #symbol(): string {
    const token = this.#peek();
    return token.kind === "symbol" ? token.text : "";
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #unexpected(wanted: string): never {
    throw new MatcherError(`expected ${wanted} and found "${this.#peek().text}"`);
  }
}

function isOperator(text: string): boolean {
  return LEVELS.flat().some((operator) => operator === text);
}

/** `a && b in list` means `a && (b in list)`, which for a boolean a casbin's reading equals. */
function placeMembership(left: Expression, list: readonly Expression[]): Expression {
  if (left.kind === "field") return { kind: "in", operand: left, list };
  const [and] = LEVELS[AND_LEVEL] ?? [];
  if (left.kind === "binary" && left.operator === and && left.right.kind === "field") {
    return { ...left, right: { kind: "in", operand: left.right, list } };
  }
  throw new MatcherError('put an "in" test in brackets of its own: (r.x in ("a", "b"))');
}
