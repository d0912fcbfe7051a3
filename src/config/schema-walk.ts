// Walks the config's schema: what is expected at a key path, and which keys a mapping knows.
import { z } from "zod";
import type { KeyPath } from "./fault.ts";

export type Schema = z.core.$ZodType;

/** A schema without the layers that only say what holds where nothing is written. */
export function unwrap(schema: Schema): Schema {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.def.innerType);
  }
  if (schema instanceof z.ZodOptional) return unwrap(schema.def.innerType);
  return schema instanceof z.ZodPipe ? unwrap(schema.def.in) : schema;
}

/** The first `field` of the meta data found on a schema or the layers under it. */
export function metaOf(schema: Schema, field: string): string | undefined {
  const value = z.globalRegistry.get(schema)?.[field];
  if (typeof value === "string") return value;
  const inner = schema instanceof z.ZodPipe ? schema.def.in : innerType(schema);
  return inner === null ? undefined : metaOf(inner, field);
}

/** What stands at a path; undefined where the schema knows no such path. */
export function schemaAt(root: Schema, path: KeyPath): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const step of path) {
    if (schema === undefined) return undefined;
    schema = childOf(unwrap(schema), step);
  }
  return schema;
}

/** The keys a mapping knows; none for what is no mapping. */
export function knownKeys(schema: Schema): string[] {
  const shape = mappingShape(unwrap(schema));
  return shape === null ? [] : Object.keys(shape);
}

/** Words that complete "must be": "a whole number from 1 to 64", "one of a, b or c". */
export function expected(schema: Schema): string {
  return metaOf(schema, "type") ?? expectedOf(unwrap(schema));
}

/** The options of an enum; none for what is no enum. */
export function enumOptions(schema: Schema): string[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

/** The fields of a mapping, or of the mapping among a union's choices. */
export function mappingShape(schema: Schema): Readonly<Record<string, Schema>> | null {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (!(schema instanceof z.ZodUnion)) return null;
  for (const option of schema.options) if (option instanceof z.ZodObject) return option.shape;
  return null;
}

function childOf(schema: Schema, step: string | number): Schema | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  const shape = mappingShape(schema);
  return shape !== null && Object.hasOwn(shape, step) ? shape[step] : undefined;
}

function innerType(schema: Schema): Schema | null {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return schema.def.innerType;
  return schema instanceof z.ZodOptional ? schema.def.innerType : null;
}

function expectedOf(schema: Schema): string {
  if (schema instanceof z.ZodNumber) return numberRange(schema);
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodEnum) return `one of ${alternatives(schema.options.map(String))}`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(quoted).join(" or ");
  if (schema instanceof z.ZodArray) return `a list, each item ${expected(schema.element)}`;
  if (schema instanceof z.ZodUnion) return schema.options.map(expected).join(" or ");
  if (schema instanceof z.ZodObject)
    return `a mapping of ${alternatives(Object.keys(schema.shape), "and")}`;
  if (schema instanceof z.ZodRecord)
    return `a mapping of names, each ${expected(schema.valueType)}`;
  return "text";
}

function numberRange(schema: z.ZodNumber): string {
  const kind = schema.isInt ? "a whole number" : "a number";
  const unbounded = (schema.maxValue ?? Number.MAX_SAFE_INTEGER) >= Number.MAX_SAFE_INTEGER;
  return unbounded
    ? `${kind} from ${schema.minValue}`
    : `${kind} from ${schema.minValue} to ${schema.maxValue}`;
}

function quoted(value: unknown): string {
  return value === "" ? "empty" : String(value);
}

function alternatives(words: readonly string[], last = "or"): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
