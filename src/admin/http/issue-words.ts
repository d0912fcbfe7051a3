// What is wrong with a value, in the API's own words: what would be right, never a schema library's terms.
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  object: "a mapping of names to values",
  record: "a mapping of names to values",
  array: "a list",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Of an issue that holds its input (`reportInput`). Schemas' own messages are already such words. */
export function issueWords(issue: Issue): string {
  if (issue.code === "unrecognized_keys") return "is not known here";
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type") return wrongType(issue.expected, issue.input);
  if (issue.code === "too_small") return tooSmall(issue);
  if (issue.code === "too_big") return tooBig(issue);
  return issue.message;
}

function tooSmall({ origin, minimum, message }: z.core.$ZodIssueTooSmall): string {
  if (origin === "string") return "must not be empty";
  return isNumber(origin) ? `must be at least ${minimum}` : message;
}

function tooBig({ origin, maximum, message }: z.core.$ZodIssueTooBig): string {
  if (origin === "string") return `must be at most ${maximum} characters long`;
  return isNumber(origin) ? `must be at most ${maximum}` : message;
}

function isNumber(origin: string): boolean {
  return origin === "number" || origin === "int";
}

function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return "is missing";
  // As `?route=a&route=b` reads.
  if (expected === "string" && Array.isArray(input)) return "must be given once";
  return `must be ${KINDS[expected] ?? expected}`;
}
