// A policy as AuthZEN asks it: requests become tuples, and the policy's snapshot decides them.
import type { PolicyImage } from "../image/policy-image.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import { type RequestTuple, tupleFault } from "../request/tuple.ts";
import { createEntityIndex, type Entities } from "./entities.ts";
import { type AuthzenRequest, compileAuthzenFields } from "./request.ts";
import { createSearch, type Search } from "./search.ts";

export interface PointDecision {
  /** What was decided: known properties are in it. */
  readonly tuple: RequestTuple;
  readonly decision: Decision;
  /** Of the policy that decided. */
  readonly revision: string;
}

export interface DecisionPoint {
  readonly revision: string;
  /** What each place of a tuple is: AuthZEN fields. */
  readonly fields: readonly string[];
  readonly decide: (request: AuthzenRequest) => PointDecision;
  readonly search: Search;
  /** The candidate that is asked as well, for the row alone; null: none. */
  readonly shadow: PolicySnapshot | null;
}

export interface DecisionPointParts {
  readonly image: PolicyImage;
  /** Of that image. */
  readonly snapshot: PolicySnapshot;
  /** AuthZEN fields, checked, as many as the model's r has. */
  readonly fields: readonly string[];
  readonly entities: Entities;
  readonly shadow: PolicySnapshot | null;
}

export function createDecisionPoint(parts: DecisionPointParts): DecisionPoint {
  const { snapshot, fields, entities, shadow } = parts;
  const index = createEntityIndex(entities);
  const tupleOf = compileAuthzenFields(fields);
  const decide = (request: AuthzenRequest): PointDecision => {
    const tuple = tupleOf(index.complete(request));
    return { tuple, decision: snapshot.decide(tuple), revision: snapshot.revision };
  };
  const search = createSearch({ ...parts, decide });
  return { revision: snapshot.revision, fields, decide, search, shadow };
}

/** Why a request is larger than any may be; "" where it is not. */
export function requestFault({ subject, resource, action, context }: AuthzenRequest): string {
  return tupleFault([{ subject, resource, action, context } as never], 1);
}
