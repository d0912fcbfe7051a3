// GET /api/v1/openapi.json: this API, described.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { json, NONE } from "../http/schemas.ts";
import { describeApi } from "../openapi.ts";

const documentSchema = z.looseObject({ openapi: z.literal("3.1.0"), paths: z.looseObject({}) });

/** `others` are described along with this one itself. */
export function openApiEndpoint(others: readonly Endpoint[], version: string): Endpoint {
  const own: Endpoint = defineEndpoint({
    method: "get",
    path: "/api/v1/openapi.json",
    summary: "This document",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("OpenAPI 3.1", documentSchema),
    problems: [],
    handle: () => ({ kind: "json", body: describeApi([...others, own], version) }),
  });
  return own;
}
