// POST /api/v1/policy/cases: saves a recorded request as a test of the policy, or shows what it would be.
import { z } from "zod";
import { caseOfRow, type DecidedRow } from "../../policy/cases/new-case.ts";
import { MAX_NAME_CHARS } from "../../policy/cases/policy-case.ts";
import { readTrace } from "../../store/requests.ts";
import type { Row } from "../../store/answer.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { count, json, NONE } from "../http/schemas.ts";
import { isOfOtherPolicy, OTHER_POLICY } from "../other-policy.ts";
import type { AdminParts } from "../parts.ts";
import type { Questions } from "../questions.ts";

const wishes = z.strictObject({
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
    .toLowerCase(),
  span_id: z
    .string()
    .regex(/^[0-9a-f]{16}$/i, "must be 16 hexadecimal digits")
    .toLowerCase()
    .optional()
    .meta({ description: "Which request, where the trace has more than one" }),
  name: z
    .string()
    .max(MAX_NAME_CHARS)
    .regex(/^(?=.*\S)[^\p{Cc}\u2028\u2029]+$/u, "must be one line of text")
    .optional()
    .meta({ description: "Default: method, path and caller" }),
  expect: z
    .enum(["allow", "deny"])
    .optional()
    .meta({ description: "If something else than what was decided is expected" }),
  dry_run: z.boolean().default(false).meta({ description: "Only say what would be saved" }),
});

const savedSchema = z.strictObject({
  file: z.string(),
  line: count.meta({ description: "On which the case begins" }),
  name: z.string(),
  yaml: z.string().meta({ description: "The case alone, to be copied" }),
  saved: z.boolean(),
});

type Wishes = z.output<typeof wishes>;

export function policyCasesEndpoint(parts: AdminParts, { ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "post",
    path: "/api/v1/policy/cases",
    summary: "Save a recorded request as a test of the policy",
    parameters: NONE,
    query: NONE,
    body: wishes,
    answer: json("The case", savedSchema),
    problems: [
      "unknown_trace",
      "case_exists",
      "not_a_case",
      "case_not_saved",
      "store_unavailable",
      "busy",
      "query_timeout",
      "not_recorded",
    ],
    audit: (body) => (wishes.safeParse(body).data?.dry_run === true ? null : "save_case"),
    auditAsked: askedOf,
    auditDetails: placeOf,
    handle: async ({ body: wished }) => {
      const { requests } = await ask((store) => readTrace(store, wished.trace_id));
      const row = theRequest(requests, wished) as unknown as DecidedRow & { readonly kind: string };
      if (isOfOtherPolicy(parts, row)) throw new Problem("not_a_case", OTHER_POLICY);
      const wanted = caseOfRow(row, wished);
      if (typeof wanted === "string") throw new Problem("not_a_case", wanted);
      const result = parts.saveCase(wanted, wished.dry_run);
      if (result.ok) return { kind: "json", body: { ...result.saved, saved: !wished.dry_run } };
      throw new Problem(
        result.reason === "exists" ? "case_exists" : "case_not_saved",
        result.message,
      );
    },
  });
}

function askedOf(body: unknown): readonly string[] {
  const { data } = wishes.safeParse(body);
  return data === undefined ? [] : ["audit.trace_id", data.trace_id];
}

/** Nothing where none was saved. */
function placeOf(members: Readonly<Record<string, unknown>>): readonly string[] {
  const { data } = savedSchema.safeParse(members);
  if (data === undefined) return [];
  return ["audit.case", data.name, "audit.place", `${data.file}:${data.line}`];
}

function theRequest(requests: readonly Row[], { span_id }: Wishes): Row {
  const rows = requests.filter((row) => row["span_id"] === (span_id ?? row["span_id"]));
  const [row, another] = rows;
  if (row === undefined) {
    throw new Problem("unknown_trace", "no such request is stored yet, any longer, or ever was");
  }
  if (another === undefined) return row;
  const spans = rows.map((each) => String(each["span_id"])).slice(0, MOST_NAMED);
  const detail = `span_id: say which request of the trace: ${spans.join(", ")}`;
  throw new Problem("bad_body", detail, { members: { parameter: "span_id" } });
}

const MOST_NAMED = 20;
