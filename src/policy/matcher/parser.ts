// Parses a matcher into a syntax tree with the precedence casbin gives it.
import { MAX_NESTING } from "../limits.ts";
import { MatcherError, tokenize, tokenizeCondition, type Token } from "./tokens.ts";
import type {
  BinaryOperator,
  DefinitionNames,
  Expression,
  FieldExpression,
} from "../model/model.ts";
import { withoutTruth } from "./truth-comparison.ts";

/** From the loosest to the tightest, all grouping to the left; `in` stands beside ||. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "===", "!=="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

type FieldNames = Pick<DefinitionNames, "r" | "p">;

/** @throws MatcherError where the text is not a matcher, or speaks of another context's r or p. */
export function parseMatcher(text: string, names: FieldNames): Expression {
  return new Parser(tokenize(text), names).whole();
}

/** The condition in a rule, which casbin puts into the matcher's text, in brackets, for eval(p.NAME). */
export function parseCondition(text: string, names: FieldNames): Expression {
  const [sign] = /\$[$&`']/.exec(text) ?? [];
  if (sign !== undefined) throw new MatcherError(`casbin would expand the ${sign}; quote with "`);
  return new Parser(tokenizeCondition(text), names).whole();
}

/** The names of the r and p definitions that a matcher speaks of. @throws MatcherError */
export function definitionsIn(text: string): readonly string[] {
  const words = tokenize(text).filter(({ kind }) => kind === "name");
  return [...new Set(words.map((word) => /^([rp]\d*)\./.exec(word.text)?.[1] ?? ""))];
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #names: FieldNames;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], names: FieldNames) {
    this.#tokens = tokens;
    this.#names = names;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#peek().kind !== "end") this.#unexpected("an operator");
    return expression;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) throw new MatcherError(`nested deeper than ${MAX_NESTING}`);
    const test = this.#operation();
    const whole = this.#symbol() === "?" ? this.#conditional(test) : test;
    this.#depth -= 1;
    return whole;
  }

  #conditional(test: Expression): Expression {
    this.#at += 1;
    const yes = this.#expression();
    this.#expect(":");
    return { kind: "conditional", test, yes, no: this.#expression() };
  }

  /** `in` binds as loosely as || in casbin, so only readings that can't surprise are taken. */
  #operation(): Expression {
    const left = this.#binary(0);
    if (!this.#isIn()) return left;
    this.#at += 1;
    const found = placeMembership(left, this.#container());
    const operator = this.#symbol();
    if (operator === "||") {
      this.#at += 1;
      const right = this.#binary(0);
      if (!this.#isIn()) return { kind: "binary", operator, left: found, right };
    }
    if (isOperator(operator)) throw new MatcherError(OWN_BRACKETS);
    return found;
  }

  #isIn(): boolean {
    const { kind, text } = this.#peek();
    return kind === "name" && text === "in";
  }

  #container(): Container {
    const open = this.#symbol();
    if (open !== "(" && open !== "[") return { value: this.#primary() };
    this.#at += 1;
    const list = this.#items(open === "(" ? ")" : "]");
    const [only] = list;
    // To casbin, brackets around one value are no list.
    const isBracketed = open === "(" && list.length === 1 && only?.kind === "member";
    return isBracketed ? { value: only } : { list };
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((known) => known === this.#symbol());
      if (operator === undefined) return left;
      this.#at += 1;
      const right = this.#binary(level + 1);
      left = withoutTruth(operator, left, right) ?? { kind: "binary", operator, left, right };
    }
  }

  #unary(): Expression {
    const signs: ("not" | "negative")[] = [];
    for (; this.#symbol() === "!" || this.#symbol() === "-"; this.#at += 1) {
      signs.push(this.#symbol() === "!" ? "not" : "negative");
    }
    return signs.reduceRight<Expression>((operand, kind) => ({ kind, operand }), this.#primary());
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
    if (name === "null") return { kind: "null" };
    if (this.#symbol() === "(") {
      this.#at += 1;
      return callOf(name, this.#items(")"));
    }
    return fieldNamed(name, this.#names);
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
    const { text } = this.#peek();
    const sign = WORDS.get(text.toLowerCase());
    const advice = sign === undefined ? "" : `; write ${sign}`;
    throw new MatcherError(`expected ${wanted} and found "${text}"${advice}`);
  }
}

/** What other languages have for signs. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["and", "&&"],
  ["or", "||"],
]);

function isOperator(text: string): boolean {
  return LEVELS.flat().some((operator) => operator === text);
}

function callOf(name: string, passed: readonly Expression[]): Expression {
  const [only] = passed;
  if (name !== "eval") return { kind: "call", name, arguments: passed };
  if (passed.length === 1 && only?.kind === "field" && only.of === "p") {
    return { kind: "eval", field: only };
  }
  throw new MatcherError("eval takes one column of the rules: eval(p.NAME)");
}

function fieldNamed(name: string, { r, p }: FieldNames): Expression {
  const [of = "", field, ...path] = name.split(".");
  if (field === undefined || (of !== r && of !== p)) {
    throw new MatcherError(`"${name}" is no name here; fields are written ${r}.NAME and ${p}.NAME`);
  }
  const read: FieldExpression = { kind: "field", of: of === r ? "r" : "p", name: field };
  return path.length === 0 ? read : memberOf(read, path, name);
}

/** Names that casbin's evaluator refuses wherever it meets them. */
const DISALLOWED = /^__proto__|prototype|constructor$/;

function memberOf(field: FieldExpression, path: readonly string[], name: string): Expression {
  if (field.of === "p")
    throw new MatcherError(`"${name}": a rule's columns are text, without members`);
  const bad = path.find((part) => DISALLOWED.test(part));
  if (bad !== undefined) throw new MatcherError(`"${name}": a member can't be called ${bad}`);
  return { kind: "member", field, path };
}

/** What stands behind `in`. */
type Container = { readonly list: readonly Expression[] } | { readonly value: Expression };

const OWN_BRACKETS = 'put an "in" test in brackets of its own: (r.x in ("a", "b"))';

function membership(operand: Expression, container: Container): Expression {
  if ("list" in container) return { kind: "in", operand, list: container.list };
  return { kind: "within", operand, container: container.value };
}

/**
 * `a && b in list` means `a && (b in list)`. Casbin looks `a && b` up, which is the same for a condition a,
 * unless a list of the request holds false.
 */
function placeMembership(left: Expression, container: Container): Expression {
  const isValue = ({ kind }: Expression): boolean => kind === "field" || kind === "member";
  if (left.kind !== "binary") return membership(left, container);
  if (left.operator === "&&" && isValue(left.right)) {
    return { ...left, right: membership(left.right, container) };
  }
  throw new MatcherError(OWN_BRACKETS);
}
