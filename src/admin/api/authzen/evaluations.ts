// POST /access/v1/evaluations: many decisions at once, with defaults and early ends (AuthZEN section 7).
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import type { AuthzenCall } from "../../../policy/authzen/call.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { issueWords } from "../../http/issue-words.ts";
import { Problem } from "../../http/problem.ts";
import { json, NONE } from "../../http/schemas.ts";
import type { AdminParts } from "../../parts.ts";
import { AUTHZEN_PROBLEMS, decided, isExplaining, openCall, writeCall } from "./asking.ts";
import {
  actionSchema,
  contextSchema,
  type DecisionBody,
  decisionSchema,
  entitySchema,
  evaluationSchema,
  requestOf,
} from "./schemas.ts";

const MAX_EVALUATIONS = 1000;
/** The decision that ends it. */
const ENDS = {
  execute_all: null,
  deny_on_first_deny: false,
  permit_on_first_permit: true,
} as const;
const SEMANTICS = Object.keys(ENDS) as readonly (keyof typeof ENDS)[];
/** The event loop is left to others as often. */
const TURN_MS = 10;

const evaluationsSchema = z.looseObject({
  subject: entitySchema.optional(),
  action: actionSchema.optional(),
  resource: entitySchema.optional(),
  context: contextSchema,
  evaluations: z
    .array(z.unknown())
    .max(MAX_EVALUATIONS, `must be at most ${MAX_EVALUATIONS}`)
    .optional()
    .meta({ description: "Each with what differs from the members above" }),
  options: z
    .looseObject({ evaluations_semantic: z.enum(SEMANTICS).default("execute_all") })
    .optional(),
});

type Evaluations = z.output<typeof evaluationsSchema>;

const answerSchema = z.union([
  z.strictObject({ evaluations: z.array(decisionSchema) }),
  decisionSchema,
]);

export function evaluationsEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "post",
    path: "/access/v1/evaluations",
    summary: "AuthZEN: many decisions, in order; one, where there is no list of evaluations",
    binding: "authzen",
    parameters: NONE,
    query: NONE,
    body: evaluationsSchema,
    answer: json("The decisions", answerSchema),
    problems: AUTHZEN_PROBLEMS,
    handle: async ({ body, request }) => {
      const { evaluations = [] } = body;
      const [only] = evaluations.length === 0 ? [readOne(body)] : [];
      if (typeof only === "string") throw new Problem("bad_body", only);
      const call = await openCall(parts, request);
      const explain = isExplaining(parts);
      const answer =
        only === undefined
          ? { evaluations: await decideAll(body, call, explain) }
          : decided(call, only, explain);
      writeCall(call);
      const headers = { traceresponse: call.traceresponse };
      return { kind: "json", body: { ...answer }, headers };
    },
  });
}

/** What is asked, or what is wrong with it. */
function readOne(evaluation: unknown): ReturnType<typeof requestOf> {
  const result = evaluationSchema.safeParse(evaluation, { reportInput: true });
  if (result.success) return requestOf(result.data);
  const [issue] = result.error.issues;
  if (issue === undefined) return "is wrong";
  return [issue.path.join("."), issueWords(issue)].filter((part) => part !== "").join(": ");
}

async function decideAll(
  body: Evaluations,
  call: AuthzenCall,
  explain: boolean,
): Promise<DecisionBody[]> {
  const { evaluations = [], options, subject, action, resource, context } = body;
  const defaults = { subject, action, resource, context };
  const end = ENDS[options?.evaluations_semantic ?? "execute_all"];
  const answers: DecisionBody[] = [];
  let turnMs = performance.now();
  for (const evaluation of evaluations) {
    const asked = readOne(merged(defaults, evaluation));
    const answer = typeof asked === "string" ? refused(call, asked) : decided(call, asked, explain);
    answers.push(answer);
    if (answer.decision === end) break;
    if (performance.now() - turnMs < TURN_MS) continue;
    await nextTurn();
    turnMs = performance.now();
  }
  return answers;
}

/** Members are replaced whole, never mixed (section 7.1.1). */
function merged(defaults: object, evaluation: unknown): unknown {
  const isObject =
    typeof evaluation === "object" && evaluation !== null && !Array.isArray(evaluation);
  return isObject ? { ...defaults, ...evaluation } : evaluation;
}

/** One that is no question fails alone, and closed (section 7.2.1). */
function refused(call: AuthzenCall, message: string): DecisionBody {
  call.refuse();
  return { decision: false, context: { error: { status: 400, message } } };
}
