// What a matcher reads of a request: which field is compared with what is written, and how.
import { readsOf } from "../matcher/disjuncts.ts";
import type { Expression, PolicyModel } from "../model/model.ts";
import { isComparable } from "./pattern-language.ts";

/** The other side of a comparison: a column of each rule, or the matcher's own text. */
export type Written = { readonly column: number } | { readonly literal: string };

export interface TextReading {
  /** Position in the request. */
  readonly field: number;
  /** "==", or a matching function whose pattern is what is written. */
  readonly functionName: string;
  readonly written: Written;
}

export interface RoleReading {
  readonly field: number;
  /** Name of the role definition. */
  readonly definition: string;
  readonly written: Written;
  /** The request field with the domain; -1: none, or one that a rule names. */
  readonly domain: number;
}

export interface Readings {
  readonly texts: TextReading[];
  readonly roles: RoleReading[];
  /** Parts that read the request and can't be taken apart. */
  readonly opaque: Expression[];
}

type Definitions = Pick<PolicyModel, "request" | "policy" | "roles">;
type Call = Expression & { readonly kind: "call" };

/** All readings within an expression, negated and nested ones among them. */
export function readingsOf(expression: Expression, model: Definitions): Readings {
  const readings: Readings = { texts: [], roles: [], opaque: [] };
  collect(expression, model, readings);
  return readings;
}

function collect(expression: Expression, model: Definitions, into: Readings): void {
  if (!readsOf(expression).r) return;
  const parts = conditionsIn(expression);
  if (parts !== null) for (const part of parts) collect(part, model, into);
  else if (!noteComparison(expression, model, into)) into.opaque.push(expression);
}

/** null for a condition that has none within. */
function conditionsIn(expression: Expression): readonly Expression[] | null {
  if (expression.kind === "not") return [expression.operand];
  if (expression.kind !== "binary") return null;
  const { operator, left, right } = expression;
  return operator === "&&" || operator === "||" ? [left, right] : null;
}

function noteComparison(expression: Expression, model: Definitions, into: Readings): boolean {
  if (expression.kind === "call") return noteCall(expression, model, into);
  const pairs = equalitiesIn(expression)
    .filter((pair) => pair.some((side) => readsOf(side).r))
    .map(
      ([one, other]) =>
        textReading("==", [one, other], model) ?? textReading("==", [other, one], model),
    );
  const known = pairs.filter((reading) => reading !== null);
  if (pairs.length === 0 || known.length < pairs.length) return false;
  into.texts.push(...known);
  return true;
}

/** For strings, the strict ones are no different. */
const EQUALITIES: ReadonlySet<string> = new Set(["==", "!=", "===", "!=="]);

type Pair = readonly [Expression, Expression];

function equalitiesIn(expression: Expression): readonly Pair[] {
  if (expression.kind === "in") return expression.list.map((item) => [expression.operand, item]);
  if (expression.kind !== "binary") return [];
  const { operator, left, right } = expression;
  return EQUALITIES.has(operator) ? [[left, right]] : [];
}

function noteCall(call: Call, model: Definitions, into: Readings): boolean {
  const [asked, written, domain] = call.arguments;
  if (asked === undefined || written === undefined) return false;
  if (model.roles.some(({ name }) => name === call.name)) {
    return noteRole(call, model, into);
  }
  const reading = isComparable(call.name) ? textReading(call.name, [asked, written], model) : null;
  if (reading === null || domain !== undefined) return false;
  into.texts.push(reading);
  return true;
}

function noteRole({ name, arguments: passed }: Call, model: Definitions, into: Readings): boolean {
  const [asked, role, domain] = passed;
  const field = fieldOf(asked, model);
  const written = writtenOf(role, model);
  if (field < 0 || written === null) return false;
  const domainField = fieldOf(domain, model);
  if (domain !== undefined && domainField < 0 && writtenOf(domain, model) === null) return false;
  into.roles.push({ field, definition: name, written, domain: domainField });
  return true;
}

function textReading(
  functionName: string,
  [asked, other]: Pair,
  model: Definitions,
): TextReading | null {
  const field = fieldOf(asked, model);
  const written = writtenOf(other, model);
  return field < 0 || written === null ? null : { field, functionName, written };
}

/** -1 where it is no field of the request. */
function fieldOf(expression: Expression | undefined, { request }: Definitions): number {
  if (expression?.kind !== "field" || expression.of !== "r") return -1;
  return request.indexOf(expression.name);
}

function writtenOf(expression: Expression | undefined, { policy }: Definitions): Written | null {
  if (expression?.kind === "string") return { literal: expression.value };
  if (expression?.kind !== "field" || expression.of !== "p") return null;
  return { column: policy.indexOf(expression.name) };
}

/** What stands there in a rule. */
export function writtenIn(written: Written, rule: readonly string[]): string {
  return "literal" in written ? written.literal : (rule[written.column] ?? "");
}
