// AuthZEN's words for requests and answers (information model, section 5). Unknown members are let pass.
import { z } from "zod";
import type { Action, AuthzenRequest, Entity } from "../../../policy/authzen/request.ts";
import { requestFault } from "../../../policy/authzen/decision-point.ts";
import type { RequestObject } from "../../../policy/request/tuple.ts";

const members = z.record(z.string(), z.unknown());

const properties = members.optional().meta({ description: "Attributes for the policy" });

export const entitySchema = z.looseObject({ type: z.string(), id: z.string(), properties });

/** What is searched: its id is not looked at. */
export const soughtSchema = z.looseObject({ type: z.string(), properties });

export const actionSchema = z.looseObject({ name: z.string(), properties });

export const contextSchema = members.optional().meta({ description: "The environment" });

export const evaluationSchema = z.looseObject({
  subject: entitySchema,
  action: actionSchema,
  resource: entitySchema,
  context: contextSchema,
});

const decisionContext = z
  .looseObject({
    revision: z.string().optional().meta({ description: "Of the policy that decided" }),
    trace_id: z.string().optional().meta({ description: "Finds the recorded decision" }),
    rule: z.string().optional().meta({ description: "Only where policy.explain is true" }),
    rule_source: z.string().optional(),
    reason: z.string().optional(),
    error: z.strictObject({ status: z.int(), message: z.string() }).optional(),
  })
  .meta({ description: "More about the decision" });

export const decisionSchema = z.strictObject({
  decision: z.boolean(),
  context: decisionContext.optional(),
});

export type DecisionBody = z.output<typeof decisionSchema>;

/** Members are JSON values, since a parser of JSON made them. */
type Members = Readonly<Record<string, unknown>> | undefined;

interface Given {
  readonly properties?: Members;
}

export interface GivenRequest {
  readonly subject: Given & Pick<Entity, "type" | "id">;
  readonly action: Given & Pick<Action, "name">;
  readonly resource: Given & Pick<Entity, "type" | "id">;
  readonly context?: Members;
}

/**
 * What the policy is asked, or why it is larger than any request may be. Members that AuthZEN does not
 * know are left out: policies must not come to rest on them.
 */
export function requestOf({
  subject,
  action,
  resource,
  context = {},
}: GivenRequest): AuthzenRequest | string {
  const request: AuthzenRequest = {
    subject: { type: subject.type, id: subject.id, properties: propertiesOf(subject) },
    action: { name: action.name, properties: propertiesOf(action) },
    resource: { type: resource.type, id: resource.id, properties: propertiesOf(resource) },
    context: context as RequestObject,
  };
  return requestFault(request) || request;
}

function propertiesOf({ properties: given = {} }: Given): RequestObject {
  return given as RequestObject;
}
