// One call of the AuthZEN API as its record sees it: each question of it becomes a row, written before the answer.
import type { PointDecision } from "./decision-point.ts";
import type { AuthzenRequest } from "./request.ts";

/** What is known of the HTTP request. */
export interface CallFacts {
  readonly path: string;
  readonly host: string;
  /** Flat, as node:http gives them. */
  readonly rawHeaders: readonly string[];
  readonly clientAddress: string;
}

export interface AuthzenCall {
  readonly traceId: string;
  /** Value of the response field of that name. */
  readonly traceresponse: string;
  /** Decides, and notes what was asked and answered. */
  readonly decide: (request: AuthzenRequest) => PointDecision;
  /** Notes a question that was none. */
  readonly refuse: () => void;
  /** False: the rows can't be kept and must be, so nothing may be answered. Once. */
  readonly write: () => boolean;
}
