// GET /.well-known/authzen-configuration: where the AuthZEN endpoints are (AuthZEN section 9).
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { json, NONE } from "../../http/schemas.ts";
import type { AdminParts } from "../../parts.ts";
import { pointOf } from "./asking.ts";

const ENDPOINTS = {
  access_evaluation_endpoint: "/access/v1/evaluation",
  access_evaluations_endpoint: "/access/v1/evaluations",
  search_subject_endpoint: "/access/v1/search/subject",
  search_resource_endpoint: "/access/v1/search/resource",
  search_action_endpoint: "/access/v1/search/action",
} as const;

const url = z.string();

const metadataSchema = z.strictObject({
  policy_decision_point: url.meta({ description: "The base URL of this weir" }),
  access_evaluation_endpoint: url,
  access_evaluations_endpoint: url,
  search_subject_endpoint: url,
  search_resource_endpoint: url,
  search_action_endpoint: url,
});

export function metadataEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/.well-known/authzen-configuration",
    summary: "AuthZEN: where its endpoints are",
    binding: "authzen",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("The metadata", metadataSchema),
    problems: ["no_policy", "bad_parameter"],
    handle: async ({ request }) => {
      await pointOf(parts);
      const base = baseUrl(parts, request.headers.host ?? "");
      const endpoints = Object.entries(ENDPOINTS).map(([name, path]) => [name, base + path]);
      return {
        kind: "json",
        body: { policy_decision_point: base, ...Object.fromEntries(endpoints) },
      };
    },
  });
}

/** As the config says, or as the client asked: it takes only what it asked for (section 9.2.3). */
function baseUrl({ running }: AdminParts, host: string): string {
  const stated = running().config.policy?.authzen?.url ?? "";
  if (stated !== "") return stated;
  const asked = URL.parse(`http://${host}`);
  if (asked !== null && asked.host === host.toLowerCase()) return `http://${host}`;
  throw new Problem("bad_parameter", "the Host header must be a host, with its port if it has one");
}
