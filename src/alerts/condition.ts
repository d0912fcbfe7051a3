// When a row is worth an alert: "COLUMN OPERATOR NUMBER", such as "error_share > 0.05".
import { numberOf } from "./cell.ts";

const OPERATORS = [">=", "<=", "!=", ">", "<", "="] as const;
type Operator = (typeof OPERATORS)[number];

export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  readonly number: number;
}

const PATTERN = /^\s*(\w{1,64})\s*(>=|<=|!=|>|<|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)\s*$/;

const HOLDS: Readonly<Record<Operator, (value: number, number: number) => boolean>> = {
  ">": (value, number) => value > number,
  ">=": (value, number) => value >= number,
  "<": (value, number) => value < number,
  "<=": (value, number) => value <= number,
  "=": (value, number) => value === number,
  "!=": (value, number) => value !== number,
};

/** null where it is none. */
export function readCondition(text: string): Condition | null {
  const [, column = "", operator = "", number = ""] = PATTERN.exec(text) ?? [];
  if (column === "") return null;
  return { column, operator: operator as Operator, number: Number(number) };
}

export function conditionText({ column, operator, number }: Condition): string {
  return `${column} ${operator} ${number}`;
}

/** Of a value as the store gives it; one that is missing or no number meets no condition. */
export function holds({ operator, number }: Condition, value: unknown): boolean {
  const known = numberOf(value);
  return known !== null && HOLDS[operator](known, number);
}
