// POST /access/v1/search/{subject,resource,action}: who, what, or which actions are allowed (AuthZEN section 8).
import { z } from "zod";
import type { EntityKind, KnownEntity } from "../../../policy/authzen/entities.ts";
import { type RequestValue, tupleFault } from "../../../policy/request/tuple.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { count, json, NONE } from "../../http/schemas.ts";
import type { AdminParts } from "../../parts.ts";
import { pointOf } from "./asking.ts";
import { pageToken, type PagePlace, readPageToken } from "./page-token.ts";
import {
  actionSchema,
  contextSchema,
  entitySchema,
  type GivenRequest,
  requestOf,
  soughtSchema,
} from "./schemas.ts";

const MOST_RESULTS = 1000;
/** A page ends where it is after so long. */
const PAGE_MS = 500;

const pageSchema = z
  .looseObject({
    token: z.string().max(1024).optional().meta({ description: "`next_token` of the page before" }),
    limit: count
      .optional()
      .meta({ description: `Of results; ${MOST_RESULTS} at most, and by default` }),
  })
  .optional();

type Page = z.output<typeof pageSchema>;

const subjectSearch = z.looseObject({
  subject: soughtSchema,
  action: actionSchema,
  resource: entitySchema,
  context: contextSchema,
  page: pageSchema,
});
const resourceSearch = subjectSearch.extend({ subject: entitySchema, resource: soughtSchema });
const actionSearch = resourceSearch.extend({ resource: entitySchema }).omit({ action: true });

const ANY_ACTION = { name: "" };
const entityAnswer = z.strictObject({ type: z.string(), id: z.string() });
const actionAnswer = z.strictObject({ name: z.string() });

export function searchEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [
    searchEndpoint(parts, {
      kind: "subject",
      schema: subjectSearch,
      result: entityAnswer,
      asked: ({ subject, ...rest }) => ({ ...rest, subject: { ...subject, id: "" } }),
    }),
    searchEndpoint(parts, {
      kind: "resource",
      schema: resourceSearch,
      result: entityAnswer,
      asked: ({ resource, ...rest }) => ({ ...rest, resource: { ...resource, id: "" } }),
    }),
    searchEndpoint(parts, {
      kind: "action",
      schema: actionSearch,
      result: actionAnswer,
      asked: (body) => ({ ...body, action: ANY_ACTION }),
    }),
  ];
}

interface SearchKind<S extends z.ZodType> {
  readonly kind: EntityKind;
  readonly schema: S;
  readonly result: z.ZodType;
  /** What is sought has no name yet, whatever was sent in its place. */
  readonly asked: (body: z.output<S>) => GivenRequest & { readonly page?: Page };
}

function searchEndpoint<S extends z.ZodType>(
  parts: AdminParts,
  { kind, schema, result, asked }: SearchKind<S>,
): Endpoint {
  return defineEndpoint({
    method: "post",
    path: `/access/v1/search/${kind}`,
    summary: `AuthZEN: each known ${kind} that is allowed`,
    binding: "authzen",
    parameters: NONE,
    query: NONE,
    body: schema,
    answer: json("Those that are known and allowed", answerSchema(result)),
    problems: ["no_policy"],
    handle: async ({ body }) => {
      const { page, ...given } = asked(body);
      const request = requestOf(given);
      if (typeof request === "string") throw new Problem("bad_body", request);
      const question = { kind, request, properties: page?.["properties"] };
      const place = placeOf(page, question);
      const point = await pointOf(parts);
      const { found, next, mayBeMore } = await point.search({
        kind,
        request,
        ...place,
        withinMs: PAGE_MS,
      });
      const nextToken = next === null ? "" : pageToken({ ...place, from: next }, question);
      const isPaged = page !== undefined || next !== null;
      return {
        kind: "json",
        body: {
          ...(isPaged ? { page: { next_token: nextToken, count: found.length } } : {}),
          context: { revision: point.revision, may_be_more: mayBeMore },
          results: found.map(kind === "action" ? nameOf : typeAndId),
        },
      };
    },
  });
}

function answerSchema(result: z.ZodType): z.ZodType {
  return z.strictObject({
    page: z
      .strictObject({
        next_token: z.string().meta({ description: "Empty: this is the last page" }),
        count: count.meta({ description: "Results of this page" }),
      })
      .optional()
      .meta({ description: "Where there are further pages, or one was asked for" }),
    context: z.strictObject({
      revision: z.string().meta({ description: "Of the policy that decided" }),
      may_be_more: z.boolean().meta({
        description: "Patterns or attributes may allow others, which nobody can list",
      }),
    }),
    results: z.array(result),
  });
}

/** Throws Problem where the page asks too much, its token is none, or that one's question or limit has changed (section 8.2). */
function placeOf(page: Page, question: unknown): PagePlace {
  const { token = "", limit } = page ?? {};
  const fault = propertiesFault(page);
  if (fault !== "") throw new Problem("bad_body", `page.properties: ${fault}`);
  const wanted = Math.min(limit ?? MOST_RESULTS, MOST_RESULTS);
  if (token === "") return { from: 0, limit: wanted };
  const place = readPageToken(token, question);
  if (place !== null && (limit === undefined || place.limit === wanted)) return place;
  const message = "page.token: goes with the question and the limit of the page before";
  throw new Problem("bad_body", message, { members: { parameter: "page.token" } });
}

/** They go into the token with the question, so they have its limits. */
function propertiesFault(page: Page): string {
  return tupleFault([(page?.["properties"] ?? null) as RequestValue], 1);
}

function typeAndId({ type, id }: KnownEntity): object {
  return { type, id };
}

function nameOf({ id }: KnownEntity): object {
  return { name: id };
}
