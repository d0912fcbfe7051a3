// What a row keeps of a decided tuple: all of it but secrets, and whether it can be decided again.
import { ANONYMOUS_SUBJECT } from "../core/identity.ts";
import { headerOf } from "../policy/options.ts";
import {
  isPlain,
  type RequestTuple,
  type RequestValue,
  tupleTexts,
} from "../policy/request/tuple.ts";
import type { TelemetryOptions } from "../telemetry/options.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import { REDACTED } from "../telemetry/redact-path.ts";
import type { Redaction } from "../telemetry/redact.ts";

export type RecordTuple = (record: RequestRecord, tuple: RequestTuple) => void;

/** What may be asked of the policy and never be kept as it is. */
export interface SecretFields extends Pick<Redaction, "path" | "url"> {
  /** Names in lower case. */
  readonly headers: ReadonlySet<string>;
  /** Identity attributes. */
  readonly attributes: ReadonlySet<string>;
  /** Those that rows keep encrypted or hashed: in the tuple they would stand beside it, to be read. */
  readonly columns: ReadonlySet<string>;
}

/** `credentials` are the names of fields that weir takes keys and tokens from. */
export function secretFieldsOf(
  telemetry: TelemetryOptions,
  credentials: ReadonlySet<string>,
  { path, url }: Pick<Redaction, "path" | "url">,
): SecretFields {
  const { redact, protect } = telemetry;
  const columns = [...(protect?.encrypt ?? []), ...(protect?.hash ?? [])];
  const headers = columns.flatMap((name) => {
    if (name === "user_agent") return ["user-agent"];
    return name.startsWith("headers.") ? [name.slice("headers.".length)] : [];
  });
  return {
    path,
    url,
    headers: new Set([...redact.headers, ...credentials, ...headers]),
    attributes: new Set(redact.attributes),
    columns: new Set(columns),
  };
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

const ATTRIBUTE = "identity.attribute.";

function coverOf(field: string, secrets: SecretFields): Cover {
  const { headers, attributes, url } = secrets;
  const header = headerOf(field);
  if (header !== null) return headers.has(header) ? hidden : textBy(url);
  if (field.startsWith(ATTRIBUTE)) {
    return attributes.has(field.slice(ATTRIBUTE.length)) ? hidden : asItIs;
  }
  if (field === "identity") return identityCover(secrets);
  if (field === "request") return memberCover(secrets, REQUEST_MEMBERS);
  return columnCover(COLUMNS[field] ?? "", secrets);
}

/** The column that says the same. */
const COLUMNS: Readonly<Record<string, string>> = {
  "identity.subject": "principal",
  "identity.issuer": "issuer",
  "request.path": "path",
  "request.client_address": "client_address",
};
const IDENTITY_MEMBERS = { subject: "principal", issuer: "issuer" };
const REQUEST_MEMBERS = { path: "path", client_address: "client_address" };

function columnCover(column: string, { columns, path }: SecretFields): Cover {
  if (columns.has(column)) return column === "principal" ? hiddenName : hidden;
  return column === "path" && path !== null ? textBy(path.path) : asItIs;
}

/** Of an object: the same one where nothing in it is covered. `members` tell the columns. */
function memberCover(secrets: SecretFields, members: Readonly<Record<string, string>>): Cover {
  const covers = Object.entries(members)
    .map(([name, column]) => [name, columnCover(column, secrets)] as const)
    .filter(([, cover]) => cover !== asItIs);
  if (covers.length === 0) return asItIs;
  return (value) => {
    if (!isObject(value)) return value;
    const kept = covers.map(([name, cover]) => [name, cover(value[name] ?? "")] as const);
    if (kept.every(([name, text]) => text === (value[name] ?? ""))) return value;
    return { ...value, ...Object.fromEntries(kept) };
  };
}

function identityCover(secrets: SecretFields): Cover {
  const named = memberCover(secrets, IDENTITY_MEMBERS);
  const { attributes } = secrets;
  if (attributes.size === 0) return named;
  return (value) => withoutSecret(named(value), attributes);
}

function textBy(change: (text: string) => string): Cover {
  return (value) => (typeof value === "string" ? change(value) : value);
}

function asItIs(value: RequestValue): RequestValue {
  return value;
}

/** What was not sent is no secret, and can be decided again. */
function hidden(value: RequestValue): RequestValue {
  return value === "" ? "" : REDACTED;
}

/** That nobody was named names nobody, and can be decided again. */
function hiddenName(value: RequestValue): RequestValue {
  return value === ANONYMOUS_SUBJECT ? value : hidden(value);
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
