// POST /api/v1/policy/explain: why a request, given or recorded, is allowed or denied by the policy in force.
import { z } from "zod";
import {
  chosenRow,
  explainRecorded,
  type RecordedRow,
  recordedDecision,
} from "../../policy/explain/explain-recorded.ts";
import { recordedTuple } from "../../policy/request/recorded-tuple.ts";
import type { ExplanationJson } from "../../policy/explain/explanation-json.ts";
import { MAX_DEFINITION_FIELDS } from "../../policy/limits.ts";
import type { RequestTuple } from "../../policy/request/tuple.ts";
import { readTrace } from "../../store/requests.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { count, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";
import { isOfOtherPolicy, OTHER_POLICY } from "../other-policy.ts";
import { busy, type Questions } from "../questions.ts";
import { withIsoTimes } from "../times.ts";

const side = z.unknown().meta({ description: "null: none; a list where there are several" });

const failedTerm = z.strictObject({
  term: z.string(),
  request: side,
  rule: side,
  roles_held: z
    .array(z.string())
    .optional()
    .meta({ description: "Where the term asks for a role: at most 20" }),
  roles_held_count: count.optional(),
});

const named = { rule: z.string(), rule_source: z.string() };

const recorded = z.strictObject({
  trace_id: z.string(),
  span_id: z.string(),
  started_at: time,
  decision: z.string(),
  ...named,
  revision: z.string(),
  role_path: z.array(z.string()),
});

const explanationSchema = z.strictObject({
  request: z.array(z.unknown()),
  decision: z.enum(["allow", "deny", "error"]),
  reason: z
    .enum(["rule", "no_rule_allows", "no_rule_denies", "matcher", "error"])
    .meta({ description: "What decided" }),
  ...named,
  revision: z.string(),
  role_path: z
    .array(z.string())
    .meta({ description: "Subject, role, role, ...: what made the rule match" }),
  role_paths: z.array(z.strictObject({ definition: z.string(), path: z.array(z.string()) })),
  overridden: z
    .array(z.strictObject(named))
    .meta({ description: "Rules that would allow what a rule denies, the first of them" }),
  overridden_count: count,
  failed_always: z
    .array(failedTerm)
    .meta({ description: "Terms of the matcher that fail for every rule" }),
  nearest_misses: z
    .array(z.strictObject({ ...named, failed: z.array(failedTerm) }))
    .meta({ description: "Rules that would allow it if their failing terms held, nearest first" }),
  error: z.string().optional(),
  recorded: recorded.optional().meta({ description: "What was decided then" }),
  differs: z
    .boolean()
    .optional()
    .meta({ description: "It is decided otherwise now, or by another rule" }),
});

const bodySchema = z
  .strictObject({
    request: z
      .array(z.unknown())
      .min(1, "must have a value for each field of the model's r")
      .max(MAX_DEFINITION_FIELDS, `must have at most ${MAX_DEFINITION_FIELDS} values`)
      .optional()
      .meta({ description: "In the order of the model's r" }),
    trace_id: z
      .string()
      .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
      .toLowerCase()
      .optional()
      .meta({ description: "Of a recorded request, instead" }),
    span_id: z
      .string()
      .regex(/^[0-9a-f]{16}$/i, "must be 16 hexadecimal digits")
      .toLowerCase()
      .optional()
      .meta({ description: "Which of the trace; else the first that was refused" }),
  })
  .refine(
    ({ request, trace_id }) => (request === undefined) !== (trace_id === undefined),
    "name either a request or a trace_id",
  )
  .refine(
    ({ trace_id, span_id }) => span_id === undefined || trace_id !== undefined,
    "a span_id needs its trace_id",
  );

type Explain = (request: RequestTuple) => Promise<ExplanationJson>;

export function policyExplainEndpoint(parts: AdminParts, questions: Questions): Endpoint {
  const explain = explaining(parts);
  return defineEndpoint({
    method: "post",
    path: "/api/v1/policy/explain",
    summary: "Why a request is allowed or denied",
    parameters: NONE,
    query: NONE,
    body: bodySchema,
    answer: json("The decision of the policy in force, and why", explanationSchema),
    problems: [
      "no_policy",
      "not_decidable",
      "unknown_trace",
      "store_unavailable",
      "busy",
      "query_timeout",
    ],
    handle: async ({ body: { request, trace_id = "", span_id } }) => {
      if (request === undefined) {
        const row = await recordedRow(questions, trace_id, span_id);
        if (isOfOtherPolicy(parts, row)) throw otherPolicy(row);
        return { kind: "json", body: { ...(await explainedAgain(row, explain)) } };
      }
      // The schema has seen a list of JSON values; the model's arity and all limits are the policy's to check.
      const explanation = await explain(request as RequestTuple);
      if (explanation.reason !== "not_a_request") {
        return { kind: "json", body: { ...explanation } };
      }
      const members = { parameter: "request" };
      throw new Problem("bad_body", `request: ${explanation.error ?? ""}`, { members });
    },
  });
}

function explaining({ explain }: AdminParts): Explain {
  return async (request) => {
    const explanation = await explain(request);
    if (typeof explanation !== "string") return explanation;
    if (explanation === "busy") throw busy();
    throw new Problem("no_policy", "the config has no policy, so nothing is decided");
  };
}

async function recordedRow(
  { ask }: Questions,
  traceId: string,
  spanId: string | undefined,
): Promise<RecordedRow> {
  const { requests } = await ask((store) => readTrace(store, traceId));
  const rows = withIsoTimes(requests, ["started_at"]) as unknown as readonly RecordedRow[];
  const row = chosenRow(rows, spanId);
  if (row !== undefined) return row;
  throw new Problem("unknown_trace", "no such request is stored yet, any longer, or ever was");
}

function otherPolicy(row: RecordedRow): Problem {
  const members = { recorded: recordedDecision(row) };
  return new Problem("not_decidable", OTHER_POLICY, { members });
}

async function explainedAgain(row: RecordedRow, explain: Explain): Promise<object> {
  const request = recordedTuple(row);
  const members = { recorded: recordedDecision(row) };
  if (typeof request === "string") throw new Problem("not_decidable", request, { members });
  const now = await explain(request);
  if (now.reason !== "not_a_request") return explainRecorded(row, now);
  throw new Problem("not_decidable", now.error ?? "", { members });
}
