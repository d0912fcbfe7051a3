// The checkers that hold the API against its document find what is wrong: else they would prove nothing.
import { expect, test } from "vitest";
import { type Json, type JsonObject, violations } from "./support/json-schema.ts";
import { answerFaults, readOpenApi } from "./support/openapi.ts";

const SCHEMA: JsonObject = {
  type: "object",
  properties: {
    n: { type: "integer", minimum: 1, maximum: 9 },
    at: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
    word: { type: "string", enum: ["a", "b"] },
    list: { type: "array", items: { $ref: "#/components/schemas/Short" } },
    map: {
      type: "object",
      propertyNames: { type: "string", pattern: "^[a-z]+$" },
      additionalProperties: { type: ["string", "null"] },
    },
  },
  required: ["n"],
  additionalProperties: false,
};
const ROOT: JsonObject = {
  components: { schemas: { Short: { type: "string", maxLength: 2 } }, securitySchemes: {} },
};

test.each<[Json, string[]]>([
  [{ n: 1, at: "2026-11-21T09:30:00Z", word: "a", list: ["xy"], map: { k: null } }, []],
  [{ n: 9, at: null }, []],
  [[], ["$: is no object"]],
  [{}, ["$: lacks n"]],
  [{ n: 0 }, ["$.n: below 1"]],
  [{ n: 10 }, ["$.n: above 9"]],
  [{ n: 1.5 }, ["$.n: is no integer"]],
  [{ n: 1, at: "yesterday" }, ["$.at: is no date-time", "$.at: is no null"]],
  [{ n: 1, word: "c" }, ['$.word: is not in ["a","b"]']],
  [{ n: 1, list: ["a", "abc"] }, ["$.list[1]: is too long"]],
  [{ n: 1, map: { K: 1 } }, ['$.map<K>: does not match "^[a-z]+$"', "$.map.K: is no string/null"]],
  [{ n: 1, more: 1 }, ["$: more is not described"]],
])("%j", (value, faults) => {
  expect(violations(SCHEMA, value, { root: ROOT, at: "$" })).toEqual(faults);
});

const OPERATION = {
  operationId: "get_a",
  summary: "A",
  parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
  responses: {
    200: { description: "An a", content: { "application/json": { schema: SCHEMA } } },
  },
};

function documentOf(operation: object, path = "/a/{id}"): JsonObject {
  return {
    openapi: "3.1.0",
    info: { title: "t", version: "1" },
    paths: { [path]: { get: operation } },
    security: [],
    ...ROOT,
  } as unknown as JsonObject;
}

test.each<[string, object, string?]>([
  ["token", { ...OPERATION, security: [{ token: [] }] }],
  ["path parameters", { ...OPERATION, parameters: [] }],
  ["path parameters", OPERATION, "/a/{other}"],
  ["operation has no nonsense", { ...OPERATION, nonsense: 1 }],
  ["operation needs summary", { ...OPERATION, summary: undefined }],
  ["no 2xx", { ...OPERATION, responses: {} }],
  ["a response needs description", { ...OPERATION, responses: { 200: {} } }],
  ["status ok", { ...OPERATION, responses: { ok: { description: "" } } }],
])("a document with a fault: %s", (words, operation, path) => {
  expect(() => readOpenApi(documentOf(operation, path))).toThrow(words);
});

test("a sound document", () => {
  expect(readOpenApi(documentOf(OPERATION))).toMatchObject([{ method: "get", path: "/a/{id}" }]);
  const more = { ...documentOf(OPERATION), nonsense: 1 };
  expect(() => readOpenApi(more)).toThrow("a document has no nonsense");
});

test("an answer of another status, type or shape is no answer of its operation", () => {
  const document = documentOf(OPERATION);
  const operation = { method: "get", path: "/a/{id}", says: OPERATION as unknown as JsonObject };
  const faults = (status: number, type: string, body: Json): string[] =>
    answerFaults(document, operation, { status, type, body });
  expect(faults(200, "application/json; charset=utf-8", { n: 1 })).toEqual([]);
  expect(faults(404, "application/json", { n: 1 })).toEqual(["status 404 is not described"]);
  expect(faults(200, "text/plain", "")).toEqual(["text/plain is not among application/json"]);
  expect(faults(200, "application/json", {})).toEqual(["body: lacks n"]);
});
