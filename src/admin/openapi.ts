// The OpenAPI 3.1 document, made from the list of endpoints the server registers.
import { z } from "zod";
import type { Answer, Endpoint } from "./http/endpoint.ts";
import { type ProblemCode, PROBLEMS } from "./http/problem.ts";

type Json = Readonly<Record<string, unknown>>;

/** What any of them may answer. */
const ALWAYS: readonly ProblemCode[] = [
  "unauthenticated",
  "forbidden",
  "cross_site",
  "misdirected",
  "internal",
];

export function describeApi(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "weir admin API",
      version,
      description: "Names ending in _ns are nanoseconds; times are ISO-8601 in UTC.",
    },
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "Needed beyond loopback" },
      },
    },
  };
}

const PROBLEM: Json = {
  description: "RFC 9457; some problems have further members",
  type: "object",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", enum: Object.keys(PROBLEMS) },
    parameter: { type: "string", description: "The one that is wrong" },
  },
};

function operation(endpoint: Endpoint): Json {
  const { summary, body, answer, parameters, query } = endpoint;
  return {
    operationId: operationId(endpoint),
    summary,
    parameters: [...parametersOf(parameters, "path"), ...parametersOf(query, "query")],
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: content("application/json", body) } }),
    ...(endpoint.open === true ? { security: [] } : {}),
    responses: { ...problemsOf(endpoint), ...answersOf(answer) },
  };
}

function answersOf({ about, type, schema, or }: Answer): Json {
  const described = { description: about, content: content(type, schema) };
  return { 200: described, ...(or === undefined ? {} : { [or]: described }) };
}

function operationId({ method, path }: Endpoint): string {
  const words = path
    .replace(/^\/api\/v1/, "")
    .split(/\W+/)
    .filter((word) => word !== "");
  return [method, ...words].join("_");
}

function parametersOf(schema: z.ZodObject, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema, "input");
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { readonly description?: string };
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function content(type: string, schema: z.ZodType): Json {
  return { [type]: { schema: jsonSchema(schema, "output") } };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io });
  return rest;
}

function problemsOf({ problems, body, query, parameters, open }: Endpoint): Json {
  const hasInput = Object.keys({ ...query.shape, ...parameters.shape }).length > 0;
  const codes = [
    ...(open === true ? [] : ALWAYS),
    ...problems,
    ...(hasInput ? (["bad_parameter"] as const) : []),
    ...(body === null ? [] : (["bad_body", "body_too_large", "unsupported_type"] as const)),
  ];
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code][0]))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      problem(codes.filter((code) => PROBLEMS[code][0] === status)),
    ]),
  );
}

function problem(codes: readonly ProblemCode[]): Json {
  return {
    description: codes.map((code) => `${code}: ${PROBLEMS[code][1]}`).join(" "),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}
