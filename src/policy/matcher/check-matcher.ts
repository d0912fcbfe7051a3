// Checks a matcher's names, arities and types, and lists the patterns it will match against.
import { FUNCTIONS, type FunctionShape } from "../functions/function-shapes.ts";
import type { BinaryOperator, Expression, PolicyModel } from "../model/model.ts";
import { guardsOf, type PatternGuard } from "../functions/pattern-guards.ts";
import {
  type Compound,
  eitherOf,
  givesNumbers,
  isCompound,
  type Kind,
} from "./expression-kinds.ts";

/** Where a pattern comes from: a column of every rule, or the matcher's own text. */
export interface PatternUse {
  readonly function: string;
  readonly from: PatternColumn | { readonly literal: string };
}

interface PatternColumn {
  readonly column: number;
  /** Texts in it that never come to the function. */
  readonly except: readonly string[];
}

export interface MatcherReport {
  readonly faults: readonly string[];
  readonly patterns: readonly PatternUse[];
  /** Columns with a condition of each rule's own. */
  readonly conditions: readonly number[];
  /** False: the rules have no say, and the matcher is evaluated once. */
  readonly usesRules: boolean;
}

type Definitions = Pick<PolicyModel, "request" | "policy" | "roles" | "matcher">;

export function checkMatcher(model: Definitions): MatcherReport {
  const checker = new Checker(model, false);
  checker.verdict(model.matcher);
  return checker;
}

/** The condition that one rule has in a column. */
export function checkCondition(condition: Expression, model: Definitions): MatcherReport {
  const checker = new Checker(model, true);
  checker.condition(condition);
  return checker;
}

class Checker implements MatcherReport {
  readonly faults: string[] = [];
  readonly patterns: PatternUse[] = [];
  readonly conditions: number[] = [];
  usesRules = false;
  readonly #model: Definitions;
  readonly #isRule: boolean;
  #guards: readonly PatternGuard[] = [];

  constructor(model: Definitions, isRule: boolean) {
    this.#model = model;
    this.#isRule = isRule;
  }

  /** The whole matcher: a condition, or a choice between conditions and effects by number. */
  verdict(matcher: Expression): void {
    if (matcher.kind !== "conditional" || !givesNumbers(matcher))
      return void this.condition(matcher);
    this.condition(matcher.test);
    for (const end of [matcher.yes, matcher.no]) {
      if (end.kind !== "number") this.verdict(end);
      else if (![0, 1, 2, 3].includes(end.value)) {
        this.faults.push("an effect by number is 0 or 2 for none, 1 for allow or 3 for deny");
      }
    }
  }

  condition(expression: Expression): Kind {
    const kind = this.#kindOf(expression);
    if (kind === "value") {
      this.faults.push(`${describe(expression)} is not a condition; compare it with something`);
    }
    return kind;
  }

  #value(expression: Expression): void {
    const kind = this.#kindOf(expression);
    if (kind === "value" || kind === "open" || expression.kind === "boolean") return;
    this.faults.push(`${describe(expression)} is a condition where a value is needed`);
  }

  #kindOf(expression: Expression): Kind {
    if (expression.kind === "call") return this.#call(expression.name, expression.arguments);
    if (expression.kind === "eval") return this.#eval(expression.field.name);
    if (isCompound(expression)) return this.#compound(expression);
    if (expression.kind === "boolean") return "condition";
    if (expression.kind === "field") this.#field(expression.of, expression.name);
    if (expression.kind !== "member") return "value";
    this.#field(expression.field.of, expression.field.name);
    return "open";
  }

  #compound(expression: Compound): Kind {
    switch (expression.kind) {
      case "not":
        this.condition(expression.operand);
        return "condition";
      case "negative":
        this.#value(expression.operand);
        return "value";
      case "in":
        this.#membership(expression.operand, expression.list);
        return "condition";
      case "within":
        this.#within(expression.operand, expression.container);
        return "condition";
      case "conditional":
        this.condition(expression.test);
        return eitherOf(this.#kindOf(expression.yes), this.#kindOf(expression.no));
      case "binary":
      default:
        return this.#binary(expression.operator, [expression.left, expression.right]);
    }
  }

  #binary(operator: BinaryOperator, operands: readonly Expression[]): Kind {
    if (operator === "&&" || operator === "||") {
      const kinds = this.#conditions(operator, operands);
      return kinds.every((kind) => kind === "condition") ? "condition" : "either";
    }
    for (const operand of operands) this.#value(operand);
    return "+-*/%".includes(operator) ? "value" : "condition";
  }

  /** One after the other: what the first settles, the second is not asked. */
  #conditions(operator: "&&" | "||", operands: readonly Expression[]): readonly Kind[] {
    const before = this.#guards;
    const kinds = operands.map((operand) => {
      const kind = this.condition(operand);
      this.#guards = [...this.#guards, ...guardsOf(operator, operand, this.#model)];
      return kind;
    });
    this.#guards = before;
    return kinds;
  }

  /** Casbin's `in` compares strictly, so a number would never be found among columns and fields. */
  #membership(operand: Expression, list: readonly Expression[]): void {
    this.#value(operand);
    for (const item of list) {
      this.#value(item);
      if (item.kind === "number" && operand.kind === "field") {
        this.faults.push('a list after "in" holds strings: ("1", "2")');
      }
    }
  }

  #within(operand: Expression, container: Expression): void {
    this.#value(operand);
    this.#value(container);
    const isOfRequest =
      container.kind === "member" || (container.kind === "field" && container.of === "r");
    if (!isOfRequest) {
      this.faults.push('"in" is followed by a list, ("a", "b"), or by a list of the request');
    }
  }

  #eval(name: string): Kind {
    this.#field("p", name);
    if (this.#isRule) this.faults.push("eval( in a rule is not supported");
    this.conditions.push(this.#model.policy.indexOf(name));
    return "condition";
  }

  #field(of: "r" | "p", name: string): void {
    const known = of === "r" ? this.#model.request : this.#model.policy;
    if (of === "p") this.usesRules = true;
    if (known.includes(name)) return;
    const names = known.map((field) => `${of}.${field}`).join(", ");
    this.faults.push(`unknown field ${of}.${name}; defined are ${names}`);
  }

  #call(name: string, passed: readonly Expression[]): Kind {
    for (const argument of passed) this.#value(argument);
    const shape = this.#shapeOf(name);
    if (shape === null) {
      this.faults.push(unknownFunction(name, this.#model));
      return "condition";
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
    if (role !== undefined) return { arity: role.arity, gives: "condition" };
    return FUNCTIONS.get(name) ?? null;
  }

  /** The second argument of every built-in function is its pattern; a request must not supply it. */
  #pattern(name: string, pattern: Expression | undefined): void {
    if (pattern?.kind === "string") {
      this.patterns.push({ function: name, from: { literal: pattern.value } });
    } else if (pattern?.kind === "field" && pattern.of === "p") {
      const column = this.#model.policy.indexOf(pattern.name);
      const guards = this.#guards.filter((guard) => guard.column === column && UNINDEXED.has(name));
      this.patterns.push({
        function: name,
        from: { column, except: guards.map(({ text }) => text) },
      });
    } else {
      this.faults.push(`the second argument of ${name} is a pattern: write p.NAME or a string`);
    }
  }
}

/** The index reads the patterns of all others, whether the matcher comes to them or not. */
const UNINDEXED: ReadonlySet<string> = new Set(["regexMatch", "ipMatch", "globMatch"]);

function describe(expression: Expression): string {
  if (expression.kind === "field") return `${expression.of}.${expression.name}`;
  if (expression.kind === "call") return `${expression.name}(...)`;
  if (expression.kind === "string") return JSON.stringify(expression.value);
  if (expression.kind === "number") return String(expression.value);
  return "an expression";
}

function unknownFunction(name: string, { roles }: Definitions): string {
  const known = [...roles.map((role) => role.name), ...FUNCTIONS.keys()].join(", ");
  if (/^g\d*$/.test(name))
    return `${name} has no definition; add ${name} = _, _ under [role_definition]`;
  return `unknown function ${name}; known are ${known}`;
}
