// A strict reader of an OpenAPI 3.1 document, after its specification, and answers held against what it says.
import { isObject, type Json, type JsonObject, refer, violations } from "./json-schema.ts";

/** Fields of each kind of object; "!" marks the required ones. */
const FIELDS = {
  document: ["openapi!", "info!", "servers", "security", "paths!", "components", "tags"],
  info: ["title!", "version!", "description", "summary", "license", "contact"],
  operation: [
    "operationId!",
    "summary!",
    "description",
    "parameters",
    "requestBody",
    "responses!",
    "security",
    "tags",
  ],
  parameter: ["name!", "in!", "required!", "description", "schema!"],
  requestBody: ["required", "content!", "description"],
  response: ["description!", "content", "headers"],
  mediaType: ["schema!", "example"],
  components: ["schemas", "securitySchemes"],
} as const;

const METHODS = new Set(["get", "put", "post", "delete", "patch"]);
/** RFC 9110, section 8.3.1, with parameters. */
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.-]+)*$/;

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly says: JsonObject;
}

/** Its operations; throws with everything that is wrong. */
export function readOpenApi(document: JsonObject): readonly Operation[] {
  const faults: string[] = [...fieldFaults("document", document, "document")];
  if (!/^"3\.1\.\d+"$/.test(JSON.stringify(document["openapi"]))) faults.push("not OpenAPI 3.1");
  faults.push(...fieldFaults("info", document["info"], "info"));
  faults.push(...fieldFaults("components", document["components"] ?? {}, "components"));
  const operations = Object.entries(document["paths"] as JsonObject).flatMap(([path, item]) =>
    Object.entries(item as JsonObject).map(([method, says]) => ({
      method,
      path,
      says: says as JsonObject,
    })),
  );
  for (const operation of operations) faults.push(...operationFaults(operation, document));
  const ids = operations.map(({ says }) => says["operationId"]);
  if (new Set(ids).size !== ids.length) faults.push("an operationId comes twice");
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return operations;
}

function operationFaults({ method, path, says }: Operation, document: JsonObject): string[] {
  const at = `${method} ${path}`;
  const body = says["requestBody"];
  const isNone = !METHODS.has(method) || !path.startsWith("/");
  return [
    ...(isNone ? [`${at}: no method of a path`] : []),
    ...fieldFaults("operation", says, at),
    ...parameterFaults((says["parameters"] ?? []) as readonly JsonObject[], path, at),
    ...(body === undefined ? [] : fieldFaults("requestBody", body, at)),
    ...(isObject(body) ? contentFaults(body, document, at) : []),
    ...securityFaults(
      (says["security"] ?? document["security"]) as readonly JsonObject[],
      document,
    ),
    ...responseFaults(says["responses"] as JsonObject, document, at),
  ];
}

function parameterFaults(parameters: readonly JsonObject[], path: string, at: string): string[] {
  const names = parameters.map((each) => JSON.stringify([each["in"], each["name"]]));
  const inPath = parameters.filter((each) => each["in"] === "path");
  const templated = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const named = inPath.map((each) => each["name"]);
  const isOptional = inPath.some((each) => each["required"] !== true);
  return [
    ...parameters.flatMap((each) => fieldFaults("parameter", each, at)),
    ...(new Set(names).size === names.length ? [] : [`${at}: a parameter comes twice`]),
    ...(JSON.stringify(templated) === JSON.stringify(named) ? [] : [`${at}: path parameters`]),
    ...(isOptional ? [`${at}: a part of the path is not required`] : []),
  ];
}

function securityFaults(wanted: readonly JsonObject[], document: JsonObject): string[] {
  const known = (document["components"] as JsonObject)["securitySchemes"] as JsonObject;
  const names = wanted.flatMap((each) => Object.keys(each));
  return names.filter((name) => known[name] === undefined).map((name) => `no scheme ${name}`);
}

function responseFaults(responses: JsonObject, document: JsonObject, at: string): string[] {
  const faults: string[] = [];
  if (!Object.keys(responses).some((status) => /^2\d\d$/.test(status)))
    faults.push(`${at}: no 2xx`);
  for (const [status, response] of Object.entries(responses)) {
    if (!/^[1-5]\d\d$/.test(status)) faults.push(`${at}: status ${status}`);
    faults.push(...fieldFaults("response", response, `${at} ${status}`));
    faults.push(...contentFaults(response as JsonObject, document, `${at} ${status}`));
  }
  return faults;
}

function contentFaults({ content = {} }: JsonObject, document: JsonObject, at: string): string[] {
  return Object.entries(content as JsonObject).flatMap(([type, media]) => {
    const faults = fieldFaults("mediaType", media, `${at} ${type}`);
    if (!MEDIA_TYPE.test(type)) faults.push(`${at}: ${type} is no media type`);
    // Reads all of the schema: a keyword that is none, or a reference to nothing, comes out.
    const schema = (media as JsonObject)["schema"] as JsonObject;
    return [...faults, ...schemaFaults(schema, document, at)];
  });
}

function schemaFaults(schema: JsonObject, document: JsonObject, at: string): string[] {
  if (typeof schema["$ref"] === "string") {
    return schemaFaults(refer(document, schema["$ref"]), document, at);
  }
  const below = [
    ...Object.values((schema["properties"] ?? {}) as JsonObject),
    ...((schema["anyOf"] ?? []) as readonly Json[]),
    schema["items"],
    schema["additionalProperties"],
    schema["propertyNames"],
  ].filter(isObject);
  const missing = ((schema["required"] ?? []) as readonly string[]).filter(
    (name) => !isObject(schema["properties"]) || schema["properties"][name] === undefined,
  );
  return [
    ...violations(schema, null, { root: document, at }).filter((text) => text.includes("unknown ")),
    ...missing.map((name) => `${at}: requires ${name}, which it does not describe`),
    ...below.flatMap((each) => schemaFaults(each, document, at)),
  ];
}

function fieldFaults(kind: keyof typeof FIELDS, value: Json | undefined, at: string): string[] {
  if (!isObject(value)) return [`${at}: is no ${kind}`];
  const known = new Map(FIELDS[kind].map((field) => [field.replace("!", ""), field.endsWith("!")]));
  return [
    ...Object.keys(value)
      .filter((name) => !known.has(name) && !name.startsWith("x-"))
      .map((name) => `${at}: a ${kind} has no ${name}`),
    ...[...known]
      .filter(([name, required]) => required && value[name] === undefined)
      .map(([name]) => `${at}: a ${kind} needs ${name}`),
  ];
}

export interface Given {
  readonly status: number;
  /** As in its content-type field. */
  readonly type: string;
  /** JSON, or text where the type is no JSON. */
  readonly body: Json;
}

/** Every way in which an answer is not what the document says of its operation. */
export function answerFaults(document: JsonObject, { says }: Operation, given: Given): string[] {
  const described = (says["responses"] as JsonObject)[String(given.status)];
  if (!isObject(described)) return [`status ${given.status} is not described`];
  const content = described["content"] as JsonObject;
  const media = Object.entries(content).find(([type]) => sameType(type, given.type))?.[1];
  if (!isObject(media)) return [`${given.type} is not among ${Object.keys(content).join(", ")}`];
  return violations(media["schema"] as JsonObject, given.body, { root: document, at: "body" });
}

/** Parameters count where the document names some. */
function sameType(described: string, given: string): boolean {
  return described.includes(";") ? described === given : described === given.split(";")[0];
}
