// A matcher as a closure over the row of a rule: strings are compared by their numbers wherever they can be.
import { compileTest, type MatcherParts, type Test } from "../matcher/compile-matcher.ts";
import type { Expression } from "../model/model.ts";
import type { AttachedPolicy } from "./attached-policy.ts";
import { columnsOf } from "./columns.ts";
import { comparedPath, isPathFunction, isExactPath, matchesShape } from "./path-shape.ts";
import type { RequestIds } from "./request-ids.ts";
import { textAt, UNKNOWN } from "./strings.ts";

/** Whether a row's rule holds for the request in force. */
export type RowTest = (row: number) => boolean;

export interface RowTestParts {
  readonly policy: AttachedPolicy;
  readonly request: RequestIds;
  /** For what has no faster way. */
  readonly matcher: MatcherParts;
}

type Of<Kind extends Expression["kind"]> = Expression & { readonly kind: Kind };

/** Says for every request whose fields are all strings what `compileTest` says of the rule's fields. */
export function compileRowTest(expression: Expression, parts: RowTestParts): RowTest {
  const inner = (part: Expression): RowTest => compileRowTest(part, parts);
  if (expression.kind === "not") {
    const operand = inner(expression.operand);
    return (row) => !operand(row);
  }
  if (expression.kind === "binary") {
    const { operator, left, right } = expression;
    if (operator === "&&") return both(inner(left), inner(right));
    if (operator === "||") return either(inner(left), inner(right));
    if (operator === "==") return equality(expression, parts) ?? byText(expression, parts);
  }
  if (expression.kind === "call") {
    return roleTest(expression, parts) ?? pathTest(expression, parts) ?? byText(expression, parts);
  }
  return byText(expression, parts);
}

function both(left: RowTest, right: RowTest): RowTest {
  return (row) => left(row) && right(row);
}

function either(left: RowTest, right: RowTest): RowTest {
  return (row) => left(row) || right(row);
}

/** With the texts of those of the rule's fields that the expression reads. */
export function byText(expression: Expression, parts: RowTestParts): RowTest {
  const { request } = parts;
  const { model, table, strings } = parts.policy;
  const test: Test = compileTest(expression, parts.matcher);
  const columns = columnsOf(expression, model);
  const { fields, width } = table;
  const texts: string[] = Array.from({ length: width }, () => "");
  return (row) => {
    for (const column of columns) texts[column] = strings.text(fields[row * width + column] ?? 0);
    return test(request.tuple, texts);
  };
}

function equality({ left, right }: Of<"binary">, parts: RowTestParts): RowTest | null {
  const one = numberOf(left, parts);
  const other = numberOf(right, parts);
  if (one === null || other === null || !readsRule(left, right)) return null;
  return (row) => one(row) === other(row);
}

/** Two strings that no rule has are UNKNOWN both, and not therefore equal. */
function readsRule(left: Expression, right: Expression): boolean {
  return [left, right].some((side) => side.kind === "field" && side.of === "p");
}

/** The number of the string that an expression always is; null where it may be something else. */
function numberOf(
  expression: Expression | undefined,
  parts: RowTestParts,
): ((row: number) => number) | null {
  if (expression?.kind === "string") {
    const id = parts.policy.strings.find(expression.value);
    return () => id;
  }
  if (expression?.kind !== "field") return null;
  const { request } = parts;
  const { table, model } = parts.policy;
  if (expression.of === "r") {
    const at = model.request.indexOf(expression.name);
    return () => request.id(at);
  }
  const column = model.policy.indexOf(expression.name);
  const { fields, width } = table;
  return (row) => fields[row * width + column] ?? UNKNOWN;
}

function roleTest({ name, arguments: passed }: Of<"call">, parts: RowTestParts): RowTest | null {
  const walker = parts.policy.walkers.get(name);
  const [held, role, inDomain] = passed;
  const holder = numberOf(held, parts);
  const wanted = numberOf(role, parts);
  const domain = inDomain === undefined ? () => UNKNOWN : numberOf(inDomain, parts);
  if (walker === undefined || holder === null || wanted === null || domain === null) return null;
  if (role?.kind !== "field" || role.of !== "p") return null;
  return (row) => {
    walker.walk(holder(row), domain(row));
    return walker.has(wanted(row));
  };
}

const UNSEEN = 0;
const EXACT = 1;
const OTHER = 2;

function pathTest(call: Of<"call">, parts: RowTestParts): RowTest | null {
  const { name, arguments: passed } = call;
  const [asked, written] = passed;
  if (!isPathFunction(name) || asked?.kind !== "field" || asked.of !== "r") return null;
  if (written?.kind !== "field" || written.of !== "p") return null;
  const { request } = parts;
  const { model, table, strings, stringTable } = parts.policy;
  const at = model.request.indexOf(asked.name);
  const column = model.policy.indexOf(written.name);
  const { fields, width } = table;
  const { chars, spans } = stringTable;
  const slow = byText(call, parts);
  const kinds = new Uint8Array(strings.count);
  const kindOf = (id: number): number => {
    return (kinds[id] = isExactPath(name, textAt(stringTable, id)) ? EXACT : OTHER);
  };
  const pattern = { chars, from: 0, to: 0, functionName: name };
  return (row) => {
    const id = fields[row * width + column] ?? 0;
    const seen = kinds[id] ?? UNSEEN;
    if ((seen === UNSEEN ? kindOf(id) : seen) === OTHER) return slow(row);
    pattern.from = spans[id * 2] ?? 0;
    pattern.to = spans[id * 2 + 1] ?? 0;
    return matchesShape(pattern, comparedPath(name, request.text(at)));
  };
}
