// A request as the policy sees it: one value for each field of the model's r, in that order.
import {
  MAX_TUPLE_CHARS,
  MAX_TUPLE_DEPTH,
  MAX_TUPLE_FIELD_CHARS,
  MAX_TUPLE_VALUES,
} from "../limits.ts";

/** What JSON can say. Requests of the proxy are all strings; objects are for models with attributes. */
export type RequestValue = string | number | boolean | null | RequestList | RequestObject;
export type RequestList = readonly RequestValue[];
export interface RequestObject {
  readonly [name: string]: RequestValue;
}

export type RequestTuple = readonly RequestValue[];

/** Whether it is the usual tuple, whose fields are all strings. */
export function isPlain(tuple: RequestTuple): tuple is readonly string[] {
  for (const field of tuple) if (typeof field !== "string") return false;
  return true;
}

/** Its fields as a row keeps them: as they are where all are strings, else as JSON texts, each of them. */
export function tupleTexts(tuple: RequestTuple): readonly string[] {
  return isPlain(tuple) ? tuple : tuple.map((field) => JSON.stringify(field));
}

/** Why it can't be decided; "" where it can. Nothing is converted, and what has no end is not walked (S9). */
export function tupleFault(tuple: RequestTuple, arity: number): string {
  if (tuple.length !== arity) return `a request has ${arity} fields, not ${tuple.length}`;
  let budget: Budget | null = null;
  for (const field of tuple) {
    if (typeof field === "string") {
      if (field.length > MAX_TUPLE_FIELD_CHARS) return TOO_LONG;
      continue;
    }
    budget ??= { values: MAX_TUPLE_VALUES, chars: MAX_TUPLE_CHARS };
    const fault = valueFault(field, budget, 0);
    if (fault !== "") return fault;
  }
  return "";
}

const TOO_LONG = `a request field is longer than ${MAX_TUPLE_FIELD_CHARS} characters`;

/** What all structured fields of one tuple may have together. */
interface Budget {
  values: number;
  chars: number;
}

function valueFault(value: unknown, budget: Budget, depth: number): string {
  budget.values -= 1;
  if (budget.values < 0) return `a request has more than ${MAX_TUPLE_VALUES} values`;
  if (typeof value === "string") return textFault(value, budget);
  if (value === null || typeof value === "boolean" || Number.isFinite(value)) return "";
  if (depth === MAX_TUPLE_DEPTH) return `a request is nested deeper than ${MAX_TUPLE_DEPTH}`;
  if (!isJsonStructure(value)) return "a request field is not plain JSON";
  return membersFault(value, budget, depth);
}

function membersFault(value: object, budget: Budget, depth: number): string {
  for (const [name, member] of Object.entries(value)) {
    const fault = textFault(name, budget) || valueFault(member, budget, depth + 1);
    if (fault !== "") return fault;
  }
  return "";
}

function textFault(text: string, budget: Budget): string {
  budget.chars -= text.length;
  if (text.length > MAX_TUPLE_FIELD_CHARS) return TOO_LONG;
  return budget.chars < 0 ? `a request has more than ${MAX_TUPLE_CHARS} characters` : "";
}

/** A list or an object as JSON.parse makes them, not one with a class of its own. */
function isJsonStructure(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
