// Checks a matcher's names, arities and types, and lists the patterns it will match against.
import type { Expression, PolicyModel } from "./model.ts";

/** Where a pattern comes from: a column of every rule, or the matcher's own text. */
export interface PatternUse {
  readonly function: string;
  readonly from: { readonly column: number } | { readonly literal: string };
}

export interface MatcherReport {
  readonly faults: readonly string[];
  readonly patterns: readonly PatternUse[];
  /** False: the rules have no say, and the matcher is evaluated once. */
  readonly usesRules: boolean;
}

type Kind = "boolean" | "value";

interface FunctionShape {
  readonly arity: number;
  readonly gives: Kind;
}

/** All are pure and synchronous, so a decision is a function of its tuple and may be cached. */
const FUNCTIONS: ReadonlyMap<string, FunctionShape> = new Map([
  ["keyMatch", { arity: 2, gives: "boolean" }],
  ["keyMatch2", { arity: 2, gives: "boolean" }],
  ["keyMatch3", { arity: 2, gives: "boolean" }],
  ["keyMatch4", { arity: 2, gives: "boolean" }],
  ["keyMatch5", { arity: 2, gives: "boolean" }],
  ["regexMatch", { arity: 2, gives: "boolean" }],
  ["ipMatch", { arity: 2, gives: "boolean" }],
  ["globMatch", { arity: 2, gives: "boolean" }],
  ["keyGet", { arity: 2, gives: "value" }],
  ["keyGet2", { arity: 3, gives: "value" }],
]);

type Definitions = Pick<PolicyModel, "request" | "policy" | "roles" | "matcher">;

export function checkMatcher(model: Definitions): MatcherReport {
  const checker = new Checker(model);
  checker.expect("boolean", model.matcher);
  return checker;
}

class Checker implements MatcherReport {
  readonly faults: string[] = [];
  readonly patterns: PatternUse[] = [];
  usesRules = false;
  readonly #model: Definitions;

  constructor(model: Definitions) {
    this.#model = model;
  }

  expect(kind: Kind, expression: Expression): void {
    const found = this.#kindOf(expression);
    if (found === kind) return;
    this.faults.push(
      kind === "boolean"
        ? `${describe(expression)} is not a condition; compare it with something`
        : `${describe(expression)} is a condition where a value is needed`,
    );
  }

  #kindOf(expression: Expression): Kind {
    switch (expression.kind) {
      case "string":
      case "number":
        return "value";
      case "boolean":
        return "boolean";
      case "field":
        this.#field(expression.of, expression.name);
        return "value";
      case "call":
        return this.#call(expression.name, expression.arguments);
      case "not":
        this.expect("boolean", expression.operand);
        return "boolean";
      case "in":
        this.#membership(expression.operand, expression.list);
        return "boolean";
      case "binary":
      default:
        this.#binary(expression);
        return "boolean";
    }
  }

  #binary({ operator, left, right }: Expression & { readonly kind: "binary" }): void {
    const kind = operator === "&&" || operator === "||" ? "boolean" : "value";
    this.expect(kind, left);
    this.expect(kind, right);
  }

  /** Casbin's `in` compares strictly, so a number would never be found. */
  #membership(operand: Expression, list: readonly Expression[]): void {
    this.expect("value", operand);
    for (const item of list) {
      this.expect("value", item);
      if (item.kind === "number") this.faults.push('a list after "in" holds strings: ("1", "2")');
    }
  }

  #field(of: "r" | "p", name: string): void {
    const known = of === "r" ? this.#model.request : this.#model.policy;
    if (of === "p") this.usesRules = true;
    if (known.includes(name)) return;
    const names = known.map((field) => `${of}.${field}`).join(", ");
    this.faults.push(`unknown field ${of}.${name}; defined are ${names}`);
  }

  #call(name: string, passed: readonly Expression[]): Kind {
    for (const argument of passed) this.expect("value", argument);
    const shape = this.#shapeOf(name);
    if (shape === null) {
      this.faults.push(unknownFunction(name, this.#model));
      return "boolean";
    }
    if (passed.length !== shape.arity) {
      this.faults.push(`${name} takes ${shape.arity} arguments and is given ${passed.length}`);
    } else if (FUNCTIONS.has(name)) {
      this.#pattern(name, passed[1]);
    }
    return shape.gives;
  }

  #shapeOf(name: string): FunctionShape | null {
    const role = this.#model.roles.find((definition) => definition.name === name);
    if (role !== undefined) return { arity: role.arity, gives: "boolean" };
    return FUNCTIONS.get(name) ?? null;
  }

  /** The second argument of every built-in function is its pattern; a request must not supply it. */
  #pattern(name: string, pattern: Expression | undefined): void {
    if (pattern?.kind === "string") {
      this.patterns.push({ function: name, from: { literal: pattern.value } });
    } else if (pattern?.kind === "field" && pattern.of === "p") {
      const column = this.#model.policy.indexOf(pattern.name);
      this.patterns.push({ function: name, from: { column } });
    } else {
      this.faults.push(`the second argument of ${name} is a pattern: write p.NAME or a string`);
    }
  }
}

function describe(expression: Expression): string {
  if (expression.kind === "field") return `${expression.of}.${expression.name}`;
  if (expression.kind === "call") return `${expression.name}(...)`;
  if (expression.kind === "string") return JSON.stringify(expression.value);
  if (expression.kind === "number") return String(expression.value);
  return "an expression";
}

function unknownFunction(name: string, { roles }: Definitions): string {
  if (name === "eval") {
    return "eval( is not supported: rule text would be run as code; write the condition into the matcher";
  }
  const known = [...roles.map((role) => role.name), ...FUNCTIONS.keys()].join(", ");
  return `unknown function ${name}; known are ${known}`;
}
