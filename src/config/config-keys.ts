// The table of config keys for people, read off the schema so that it cannot disagree with it.
import { z } from "zod";
import { configSchema } from "./schema.ts";
import { enumOptions, expected, mappingShape, metaOf, unwrap, type Schema } from "./schema-walk.ts";

export interface ConfigKey {
  /** Such as services.NAME.endpoints[].weight. */
  readonly key: string;
  readonly type: string;
  /** JSON; "required" where there is none, "none" where none is needed. */
  readonly default: string;
  readonly meaning: string;
}

/** Every key, in the order of the schema; mappings that only group others are left out. */
export const CONFIG_KEYS: readonly ConfigKey[] = keysOf(configSchema, "");

function keysOf(schema: Schema, path: string): ConfigKey[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return keysOf(inner.element, `${path}[]`);
  if (inner instanceof z.ZodRecord) return keysOf(inner.valueType, `${path}.NAME`);
  const shape = mappingShape(inner);
  if (shape === null) return [];
  return Object.entries(shape).flatMap(([name, field]) => {
    const key = path === "" ? name : `${path}.${name}`;
    const below = keysOf(field, key);
    return unwrap(field) instanceof z.ZodObject ? below : [describe(key, field), ...below];
  });
}

function describe(key: string, schema: Schema): ConfigKey {
  const meaning = metaOf(schema, "description") ?? "";
  return { key, type: typeOf(schema), default: defaultOf(schema), meaning };
}

/** A list or mapping with keys of its own below needs no more than its kind here. */
function typeOf(schema: Schema): string {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) {
    return unwrap(inner.element) instanceof z.ZodObject
      ? "list of mappings"
      : `list: ${typeOf(inner.element)}`;
  }
  if (inner instanceof z.ZodRecord) {
    return unwrap(inner.valueType) instanceof z.ZodObject ? "mapping by name" : "mapping to text";
  }
  if (inner instanceof z.ZodUnion) return inner.options.map(typeOf).join(" or ");
  if (inner instanceof z.ZodObject) return "mapping";
  const options = enumOptions(schema);
  return options.length > 0 ? options.join(", ") : expected(schema).replace(/^(?:an?|the) /, "");
}

function defaultOf(schema: Schema): string {
  const stated = metaOf(schema, "default");
  if (stated !== undefined) return stated;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return JSON.stringify(schema.def.defaultValue);
  }
  return schema instanceof z.ZodOptional ? "none" : "required";
}
