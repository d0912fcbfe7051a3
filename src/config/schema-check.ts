// Checks a document against its schema and says each problem in words that show no value.
import type { z } from "zod";
import type { Finding, KeyPath } from "./fault.ts";
import { enumOptions, expected, knownKeys, type Schema, schemaAt } from "./schema-walk.ts";
import { suggestion } from "./suggest.ts";

export type SchemaResult<Input> =
  | { readonly ok: true; readonly input: Input }
  | { readonly ok: false; readonly findings: readonly Finding[] };

type Issue = z.core.$ZodIssue;

export function checkSchema<S extends z.ZodType>(
  schema: S,
  root: unknown,
): SchemaResult<z.output<S>> {
  const result = schema.safeParse(root);
  if (result.success) return { ok: true, input: result.data };
  const document = { schema, root };
  return {
    ok: false,
    findings: result.error.issues.flatMap((issue) => findingsOf(issue, [], document)),
  };
}

interface Document {
  readonly schema: Schema;
  readonly root: unknown;
}

function findingsOf(issue: Issue, prefix: KeyPath, document: Document): Finding[] {
  const path = [
    ...prefix,
    ...issue.path.map((step) => (typeof step === "number" ? step : String(step))),
  ];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(document, path, key));
  }
  if (issue.code === "custom") return [{ path, message: issue.message }];
  if (issue.code === "invalid_key") {
    return [{ path, message: `the name ${issue.issues[0]?.message ?? "is not allowed"}` }];
  }
  const fitting = issue.code === "invalid_union" ? issue.errors.find(isSameKind) : undefined;
  if (fitting === undefined)
    return [{ path, message: wrongLength(issue) ?? mismatch(path, document) }];
  return fitting.flatMap((inner) => findingsOf(inner, path, document));
}

/** What a list of the wrong length should have; null where something else is wrong. */
function wrongLength(issue: Issue): string | null {
  if (issue.code !== "too_small" && issue.code !== "too_big") return null;
  if (issue.origin !== "array") return null;
  return issue.code === "too_small"
    ? `must have at least ${issue.minimum} item`
    : `must have at most ${issue.maximum} items`;
}

/** False where a choice of a union is another kind of value altogether. */
function isSameKind(branch: readonly Issue[]): boolean {
  return !branch.some(({ code, path }) => {
    return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
  });
}

function unknownKey({ schema: whole }: Document, parent: KeyPath, key: string): Finding {
  const schema = schemaAt(whole, parent);
  const known = schema === undefined ? [] : knownKeys(schema);
  const hint = suggestion(key, known) || `; known here: ${known.join(", ")}`;
  return { path: [...parent, key], message: `unknown key${hint}` };
}

function mismatch(path: KeyPath, { schema: whole, root }: Document): string {
  const schema = schemaAt(whole, path);
  if (schema === undefined) return "is not allowed here";
  const value = valueAt(root, path);
  if (value === undefined) return `is required: ${expected(schema)}`;
  const options = enumOptions(schema);
  if (typeof value === "string" && options.length > 0) {
    return `must be ${expected(schema)}${suggestion(value, options)}`;
  }
  return `must be ${expected(schema)}, not ${kindOf(value)}`;
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return value === "" ? "empty text" : "text";
  if (typeof value === "number") return "this number";
  return typeof value === "object" ? "a mapping" : "true or false";
}
