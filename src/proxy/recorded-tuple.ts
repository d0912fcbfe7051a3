// What a row keeps of a decided tuple: all of it but secrets, and whether it can be decided again.
import {
  isPlain,
  type RequestTuple,
  type RequestValue,
  tupleTexts,
} from "../policy/request/tuple.ts";
import { REDACTED } from "../telemetry/redact.ts";
import type { RequestRecord } from "../telemetry/record.ts";

export type RecordTuple = (record: RequestRecord, tuple: RequestTuple) => void;

/** Names of what may be asked of the policy and never be kept, lower case for headers. */
export interface SecretFields {
  readonly headers: ReadonlySet<string>;
  /** Identity attributes. */
  readonly attributes: ReadonlySet<string>;
}

/** The value, or what is kept instead of it. */
type Cover = (value: RequestValue) => RequestValue;

/** `fields` are the config's `policy.request`, in the order of the tuple. */
export function createRecordTuple(fields: readonly string[], secrets: SecretFields): RecordTuple {
  const covers = fields.map((field) => coverOf(field, secrets));
  if (covers.every((cover) => cover === asItIs)) return recordWhole;
  return (record, tuple) => {
    const kept = tuple.map((value, at) => (covers[at] ?? hidden)(value));
    recordWhole(record, kept);
    if (kept.some((value, at) => value !== tuple[at])) record.policyReplay = "redacted";
  };
}

function recordWhole(record: RequestRecord, tuple: RequestTuple): void {
  record.policyRequest = tupleTexts(tuple);
  record.policyReplay = isPlain(tuple) ? "" : "json";
}

const HEADER = "request.header.";
const ATTRIBUTE = "identity.attribute.";

function coverOf(field: string, { headers, attributes }: SecretFields): Cover {
  const header = field.startsWith(HEADER) ? field.slice(HEADER.length).toLowerCase() : "";
  const attribute = field.startsWith(ATTRIBUTE) ? field.slice(ATTRIBUTE.length) : "";
  if (headers.has(header) || attributes.has(attribute)) return hidden;
  if (field === "identity" && attributes.size > 0)
    return (value) => withoutSecret(value, attributes);
  return asItIs;
}

function asItIs(value: RequestValue): RequestValue {
  return value;
}

/** What was not sent is no secret, and can be decided again. */
function hidden(value: RequestValue): RequestValue {
  return value === "" ? "" : REDACTED;
}

/** An identity as one object, its secret attributes hidden; the same object where it has none. */
function withoutSecret(identity: RequestValue, secret: ReadonlySet<string>): RequestValue {
  if (!isObject(identity) || !isObject(identity["attributes"])) return identity;
  const entries = Object.entries(identity["attributes"]);
  if (!entries.some(([name]) => secret.has(name))) return identity;
  const kept = entries.map(([name, value]) => [name, secret.has(name) ? hidden(value) : value]);
  return { ...identity, attributes: Object.fromEntries(kept) };
}

function isObject(
  value: RequestValue | undefined,
): value is Readonly<Record<string, RequestValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
