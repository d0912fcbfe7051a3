// A strict validator of the part of JSON Schema 2020-12 that the API's document uses; an unknown keyword is a fault.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

interface Site {
  /** The whole document, for `$ref`. */
  readonly root: JsonObject;
  /** Where in the value. */
  readonly at: string;
}

/** `limit` is the keyword's own value. */
type Check = (limit: Json, value: Json, site: Site & { readonly schema: JsonObject }) => string[];

/** RFC 3339, section 5.6, in UTC. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const ANNOTATIONS = new Set(["description", "examples", "default"]);

const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (ref, value, site) => violations(refer(site.root, ref as string), value, site),
  type: (types, value, { at }) => {
    const wanted = [types].flat() as string[];
    return wanted.some((type) => isOfType(value, type)) ? [] : [`${at}: is no ${wanted.join("/")}`];
  },
  const: (only, value, { at }) => (only === value ? [] : [`${at}: is not ${JSON.stringify(only)}`]),
  enum: (all, value, { at }) =>
    (all as readonly Json[]).includes(value) ? [] : [`${at}: is not in ${JSON.stringify(all)}`],
  minimum: (least, value, { at }) =>
    typeof value === "number" && value < Number(least)
      ? [`${at}: below ${JSON.stringify(least)}`]
      : [],
  maximum: (most, value, { at }) =>
    typeof value === "number" && value > Number(most)
      ? [`${at}: above ${JSON.stringify(most)}`]
      : [],
  exclusiveMinimum: (bound, value, { at }) =>
    typeof value === "number" && value <= Number(bound)
      ? [`${at}: not above ${JSON.stringify(bound)}`]
      : [],
  minLength: (least, value, { at }) =>
    typeof value === "string" && value.length < Number(least) ? [`${at}: is too short`] : [],
  maxLength: (most, value, { at }) =>
    typeof value === "string" && value.length > Number(most) ? [`${at}: is too long`] : [],
  minItems: (least, value, { at }) =>
    Array.isArray(value) && value.length < Number(least) ? [`${at}: has too few`] : [],
  maxItems: (most, value, { at }) =>
    Array.isArray(value) && value.length > Number(most) ? [`${at}: has too many`] : [],
  pattern: (source, value, { at }) =>
    typeof value === "string" && !new RegExp(source as string, "u").test(value)
      ? [`${at}: does not match ${JSON.stringify(source)}`]
      : [],
  format: (format, value, { at }) => {
    if (format !== "date-time") return [`${at}: unknown format ${JSON.stringify(format)}`];
    return typeof value === "string" && !DATE_TIME.test(value) ? [`${at}: is no date-time`] : [];
  },
  anyOf: (choices, value, site) => {
    const faults = (choices as readonly JsonObject[]).map((each) => violations(each, value, site));
    return faults.some((each) => each.length === 0) ? [] : faults.flat();
  },
  items: (schema, value, { root, at }) =>
    Array.isArray(value)
      ? value.flatMap((item: Json, index) =>
          violations(schema as JsonObject, item, { root, at: `${at}[${index}]` }),
        )
      : [],
  required: (names, value, { at }) =>
    isObject(value)
      ? (names as readonly string[])
          .filter((name) => !Object.hasOwn(value, name))
          .map((name) => `${at}: lacks ${name}`)
      : [],
  properties: (schemas, value, { root, at }) =>
    isObject(value)
      ? Object.entries(schemas as JsonObject).flatMap(([name, schema]) =>
          Object.hasOwn(value, name)
            ? violations(schema as JsonObject, value[name]!, { root, at: `${at}.${name}` })
            : [],
        )
      : [],
  propertyNames: (schema, value, { root, at }) =>
    isObject(value)
      ? Object.keys(value).flatMap((name) =>
          violations(schema as JsonObject, name, { root, at: `${at}<${name}>` }),
        )
      : [],
  additionalProperties: (schema, value, { root, at, schema: { properties = {} } }) => {
    if (!isObject(value)) return [];
    return Object.entries(value)
      .filter(([name]) => !Object.hasOwn(properties as JsonObject, name))
      .flatMap(([name, item]) =>
        schema === false
          ? [`${at}: ${name} is not described`]
          : violations(schema as JsonObject, item, { root, at: `${at}.${name}` }),
      );
  },
};

/** Every way in which `value` is not what `schema` says, each with its place. */
export function violations(schema: JsonObject, value: Json, site: Site): string[] {
  return Object.entries(schema).flatMap(([keyword, limit]) => {
    const check = CHECKS[keyword];
    if (check !== undefined) return check(limit, value, { ...site, schema });
    return ANNOTATIONS.has(keyword) ? [] : [`${site.at}: unknown keyword ${keyword}`];
  });
}

/** What `#/a/b` names. */
export function refer(root: JsonObject, ref: string): JsonObject {
  const steps = ref.split("/");
  if (steps.shift() !== "#") throw new Error(`not a local reference: ${ref}`);
  const found = steps.reduce<Json | undefined>(
    (node, step) => (isObject(node) ? node[step] : undefined),
    root,
  );
  if (!isObject(found)) throw new Error(`refers to nothing: ${ref}`);
  return found;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOfType(value: Json, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}
