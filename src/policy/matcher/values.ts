// What a matcher's operators make of JSON values: JavaScript's answers where those can't surprise, else an error.
import type { RequestValue } from "../request/tuple.ts";

/** undefined: the member that was asked for is missing. */
export type Value = RequestValue | undefined;

/**
 * ECMA-262 section 7.2.13 for scalars. Lists and objects are equal to nothing, where casbin would make
 * text of them.
 * @throws Error where both are missing, which casbin takes for equal (S9).
 */
export function looselyEqual(one: Value, other: Value): boolean {
  if (typeof one === "string" && typeof other === "string") return one === other;
  if (isAbsent(one) || isAbsent(other)) return absentEqual(one, other);
  if (typeof one === "object" || typeof other === "object") return false;
  return typeof one === typeof other ? one === other : Number(one) === Number(other);
}

/** As above, without making a number of what is none. @throws Error where both are missing. */
export function strictlyEqual(one: Value, other: Value): boolean {
  if (isAbsent(one) || isAbsent(other)) return absentEqual(one, other);
  return typeof one !== "object" && one === other;
}

function isAbsent(value: Value): value is null | undefined {
  return value === null || value === undefined;
}

function absentEqual(one: Value, other: Value): boolean {
  if (one === null && other === null) return true;
  if (isAbsent(one) && isAbsent(other)) throw new Error("compares two values that are missing");
  return false;
}

type Order = "<" | "<=" | ">" | ">=";

/** False for what is missing. @throws Error for null, lists and objects, which have no order. */
function isOrdered(order: Order, one: Value, other: Value): boolean {
  if (one === undefined || other === undefined) return false;
  const [left, right] = [scalar(one), scalar(other)];
  switch (order) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
    default:
      return left >= right;
  }
}

type Comparison = Order | "==" | "!=" | "===" | "!==";

/** What an operator says of two values; each as above. */
export function comparison(operator: Comparison): (one: Value, other: Value) => boolean {
  switch (operator) {
    case "==":
      return looselyEqual;
    case "!=":
      return (one, other) => !looselyEqual(one, other);
    case "===":
      return strictlyEqual;
    case "!==":
      return (one, other) => !strictlyEqual(one, other);
    case "<":
    case "<=":
    case ">":
    case ">=":
    default:
      return (one, other) => isOrdered(operator, one, other);
  }
}

export type Arithmetic = "+" | "-" | "*" | "/" | "%";

/** + joins texts; else numbers. @throws Error for what is missing, null, a list or an object. */
export function calculated(operator: Arithmetic, one: Value, other: Value): string | number {
  const [left, right] = [scalar(one), scalar(other)];
  switch (operator) {
    case "+":
      if (typeof left === "string" || typeof right === "string") return `${left}${right}`;
      return Number(left) + Number(right);
    case "-":
      return Number(left) - Number(right);
    case "*":
      return Number(left) * Number(right);
    case "/":
      return Number(left) / Number(right);
    case "%":
    default:
      return Number(left) % Number(right);
  }
}

/** @throws Error as above. */
export function negativeOf(value: Value): number {
  return -Number(scalar(value));
}

function scalar(value: Value): string | number | boolean {
  if (value !== undefined && typeof value !== "object") return value;
  throw new Error(`${shown(value)} can't be reckoned with`);
}

/** Own members only, never a prototype's. @throws Error where there is nothing to have a member. */
export function memberOf(value: Value, name: string): Value {
  if (isAbsent(value)) throw new Error(`the value that should have "${name}" is missing`);
  return Object.hasOwn(Object(value) as object, name)
    ? (value as Readonly<Record<string, Value>>)[name]
    : undefined;
}

/** Whether it is an element of the list, or a name of the object. @throws Error for what is neither. */
export function isWithin(value: Value, container: Value): boolean {
  if (typeof container !== "object" || container === null) {
    throw new Error(`"in" needs a list or an object, not ${shown(container)}`);
  }
  if (value === undefined) return false;
  const isScalar = value === null || typeof value !== "object";
  if (Array.isArray(container)) return isScalar && container.includes(value);
  return typeof value === "string" && Object.hasOwn(container, value);
}

/**
 * What is missing, null, false, 0 or "" does not hold; true, 1 and other texts do.
 * @throws Error for other values: casbin would read a number as an effect, and take any list for true.
 */
export function holds(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (isAbsent(value)) return false;
  if (typeof value === "string") return value !== "";
  if (value === 0 || value === 1) return value === 1;
  throw new Error(`${shown(value)} is no condition; compare it with something`);
}

/** @throws Error for what a function would have to make a text of. */
export function textOf(value: Value, name: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${name} takes texts, not ${shown(value)}`);
}

/** Never the value: errors are logged, and a request may hold secrets. */
function shown(value: Value): string {
  if (value === undefined) return "what is missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
