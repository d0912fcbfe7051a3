// GET, POST and DELETE /api/v1/holds: endpoints that take nothing or less for a while, whatever their health, and who said so.
import { z } from "zod";
import type { HeldEndpoint, Hold, HoldAnswer } from "../../balancer/hold.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const PATH = "/api/v1/holds";
const LONGEST_S = 86_400;

const line = z.string().regex(/^\P{Cc}{1,256}$/u, "must be one line of text");

const named = z.strictObject({
  service: line,
  endpoint: z.string().min(1).max(2048).meta({ description: "Its URL, as in the config" }),
});

const share = z.number().min(0).max(0.99);

const wishes = named.extend({
  share: share
    .default(0)
    .meta({ description: "Part of its weight that is left, as 0.25; 0: it is out" }),
  for_s: z.int().min(1).max(LONGEST_S).meta({ description: "Then it is in again by itself" }),
  comment: line.meta({ description: "Why; stands in the audit row" }),
  created_by: line.optional(),
});

const hold = named.extend({
  share: share.meta({ description: "Part of its weight that is left; 0: it is out" }),
  starts_at: time,
  ends_at: time,
  comment: z.string(),
  created_by: z.string(),
});

export function holdEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [listEndpoint(parts), addEndpoint(parts), removeEndpoint(parts)];
}

function shown({ startsAtMs, endsAtMs, createdBy, ...rest }: Hold): z.input<typeof hold> {
  return { ...rest, starts_at: iso(startsAtMs), ends_at: iso(endsAtMs), created_by: createdBy };
}

function listEndpoint({ holds }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: PATH,
    summary: "Endpoints that somebody took out for a while, or gave less weight",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("Those that are out or weigh less", z.strictObject({ holds: z.array(hold) })),
    problems: [],
    handle: () => ({ kind: "json", body: { holds: holds.list().map(shown) } }),
  });
}

function addEndpoint({ holds }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "post",
    path: PATH,
    summary: "Take an endpoint out for a while, or give it less; what it is answering it may end",
    parameters: NONE,
    query: NONE,
    body: wishes,
    answer: json("No worker picks it any more, or each does less often in a moment", hold),
    problems: ["bad_body", "not_found", "last_endpoint", "unweighed"],
    audit: (body) =>
      (wishes.safeParse(body).data?.share ?? 0) > 0 ? "lower_weight" : "hold_endpoint",
    auditAsked: askedOf,
    handle: ({ body: { for_s: seconds, created_by: createdBy = "", ...rest } }) => {
      const startsAtMs = Date.now();
      const added = { ...rest, createdBy, startsAtMs, endsAtMs: startsAtMs + seconds * 1000 };
      const answer = holds.add(added);
      if (answer === "held") return { kind: "json", body: shown(added) };
      throw refused(answer, rest);
    },
  });
}

function refused(answer: Exclude<HoldAnswer, "held">, { service }: HeldEndpoint): Problem {
  if (answer === "last") {
    return new Problem("last_endpoint", `all others of ${service} are out or have no weight`);
  }
  if (answer === "unweighed") {
    return new Problem(
      "unweighed",
      `${service} is balanced by round-robin, which knows no weights`,
    );
  }
  return new Problem("not_found", "the service has no endpoint of this URL that takes requests");
}

function removeEndpoint({ holds }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "delete",
    path: PATH,
    summary: "Put an endpoint back before its time",
    parameters: NONE,
    query: named,
    body: null,
    answer: json("It is in again, as its health allows", hold),
    problems: ["not_found"],
    audit: () => "end_hold",
    auditDetails: (members) => detailsOf(named.strip().safeParse(members).data),
    handle: ({ query }) => {
      const removed = holds.remove(query);
      if (removed === undefined) throw new Problem("not_found", "this endpoint is not held");
      return { kind: "json", body: shown(removed) };
    },
  });
}

/** A body that is refused tells nothing. */
function askedOf(body: unknown): readonly string[] {
  const { data } = wishes.safeParse(body);
  if (data === undefined) return [];
  const { service, endpoint, share: left, for_s: seconds, comment } = data;
  return detailsOf({ service, endpoint, share: String(left), for_s: String(seconds), comment });
}

function detailsOf(said: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(said).flatMap(([name, value]) => [`audit.${name}`, value]);
}
