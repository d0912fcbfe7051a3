// GET, POST and DELETE /api/v1/silences: alerts that are told to nobody for a while, and who said so.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Silence } from "../../alerts/silence.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const PATH = "/api/v1/silences";
const ID_BYTES = 8;
const LONGEST_MS = 366 * 86_400_000;
const MAX_MATCHERS = 16;

const line = z.string().regex(/^\P{Cc}{1,256}$/u, "must be one line of text");
const moment = z.iso.datetime({
  offset: true,
  message: "must be an ISO-8601 time with its zone",
});

const matchers = z
  .record(line, z.string().regex(/^\P{Cc}{0,256}$/u, "must be one line of text"))
  .refine((each) => {
    const count = Object.keys(each).length;
    return count > 0 && count <= MAX_MATCHERS;
  }, `must have 1 to ${MAX_MATCHERS} labels: a silence without any would hide everything`)
  .meta({ description: "Labels and their values, all of which match; * stands for any text" });

const wishes = z.strictObject({
  matchers,
  ends_at: moment.meta({ description: "At most a year ahead" }),
  starts_at: moment.optional().meta({ description: "Now, where it is not said" }),
  comment: line.meta({ description: "Why; stands in the audit row" }),
  created_by: line.optional(),
});

const silence = z.strictObject({
  id: z.string(),
  matchers,
  starts_at: time,
  ends_at: time,
  comment: z.string(),
  created_by: z.string(),
});

const named = z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/, "must be a silence's ID") });

export function silenceEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [listEndpoint(parts), addEndpoint(parts), removeEndpoint(parts)];
}

function shown({ id, matchers, startsAtMs, endsAtMs, ...rest }: Silence): z.input<typeof silence> {
  const { comment, createdBy: created_by } = rest;
  const times = { starts_at: iso(startsAtMs), ends_at: iso(endsAtMs) };
  return { id, matchers: { ...matchers }, ...times, comment, created_by };
}

function listEndpoint({ alerting }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: PATH,
    summary: "Silences",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("Those that are not over", z.strictObject({ silences: z.array(silence) })),
    problems: [],
    handle: () => ({ kind: "json", body: { silences: alerting.silences().map(shown) } }),
  });
}

function addEndpoint({ alerting }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "post",
    path: PATH,
    summary: "Silence alerts for a while; what was told before is still told to be over",
    parameters: NONE,
    query: NONE,
    body: wishes,
    answer: json("It holds", silence),
    problems: ["bad_body", "too_many_silences"],
    audit: () => "silence_alerts",
    auditAsked: askedOf,
    auditDetails: ({ id }) => (typeof id === "string" ? ["audit.silence", id] : []),
    handle: ({ body }) => {
      const added = silenceOf(body, Date.now());
      if (!alerting.addSilence(added)) {
        throw new Problem("too_many_silences", "take some back, or let some end");
      }
      return { kind: "json", body: shown(added) };
    },
  });
}

function silenceOf(body: z.output<typeof wishes>, nowMs: number): Silence {
  const { matchers, comment, created_by: createdBy = "", starts_at, ends_at } = body;
  const startsAtMs = starts_at === undefined ? nowMs : Date.parse(starts_at);
  const endsAtMs = Date.parse(ends_at);
  if (endsAtMs <= Math.max(startsAtMs, nowMs) || endsAtMs - nowMs > LONGEST_MS) {
    const members = { parameter: "ends_at" };
    throw new Problem("bad_body", "ends_at: must be ahead, after starts_at, within a year", {
      members,
    });
  }
  const id = randomBytes(ID_BYTES).toString("hex");
  return { id, matchers, startsAtMs, endsAtMs, comment, createdBy };
}

function removeEndpoint({ alerting }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "delete",
    path: PATH,
    summary: "End a silence before its time",
    parameters: NONE,
    query: named,
    body: null,
    answer: json("It holds no more", silence),
    problems: ["not_found"],
    audit: () => "end_silence",
    auditDetails: ({ id }) => (typeof id === "string" ? ["audit.silence", id] : []),
    handle: ({ query: { id } }) => {
      const removed = alerting.removeSilence(id);
      if (removed === undefined) throw new Problem("not_found", "there is no such silence");
      return { kind: "json", body: shown(removed) };
    },
  });
}

/** A body that is refused tells nothing. */
function askedOf(body: unknown): readonly string[] {
  const { data } = wishes.safeParse(body);
  if (data === undefined) return [];
  const { matchers, comment, ends_at: until } = data;
  const said = { matchers: JSON.stringify(matchers), until, comment };
  return Object.entries(said).flatMap(([name, value]) => [`audit.${name}`, value]);
}
