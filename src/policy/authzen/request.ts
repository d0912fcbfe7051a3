// What AuthZEN asks about, as the policy sees it, and how a request tuple is made of it.
import type { RequestObject, RequestTuple, RequestValue } from "../request/tuple.ts";

/** A subject or a resource. */
export interface Entity {
  readonly type: string;
  readonly id: string;
  readonly properties: RequestObject;
}

export interface Action {
  readonly name: string;
  readonly properties: RequestObject;
}

/** Checked and complete; what was not sent is {}. */
export interface AuthzenRequest {
  readonly subject: Entity;
  readonly resource: Entity;
  readonly action: Action;
  readonly context: RequestObject;
}

type ReadField = (request: AuthzenRequest) => RequestValue;

/** `fields` are those of the config, which checks them; what a request has not got reads as "". */
export function compileAuthzenFields(
  fields: readonly string[],
): (request: AuthzenRequest) => RequestTuple {
  const readers = fields.map(readerOf);
  return (request) => readers.map((read) => read(request));
}

function readerOf(field: string): ReadField {
  if (field.startsWith('"')) return () => field.slice(1, -1);
  const steps = field.split(".");
  return (request) => {
    let value: unknown = request;
    for (const step of steps) value = memberOf(value, step);
    return (value ?? "") as RequestValue;
  };
}

/** Own members only: a request names them. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
