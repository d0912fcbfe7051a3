// Encrypts or hashes the chosen fields of a row, so that whoever reads the store does not read them.
import type { RawHeaders } from "../core/header-list.ts";
import { createFieldEncryption, type ProtectField } from "./field-cipher.ts";
import { createFieldHash } from "./field-hash.ts";
import { fieldKeyOf } from "./field-key.ts";
import type { ProtectOptions, ProtectedColumn } from "./options.ts";
import type { Conceal, RequestRecord } from "./record.ts";
import { REDACTED } from "./redact-path.ts";
import { ROW_LIMITS } from "./groups/limits.ts";

/** Attributes that say a path: what is done to the path is done to them. */
export const PATH_ATTRIBUTES: readonly string[] = ["weir.upstream_path", "authzen.resource_id"];

/** Where the record has a column, and how long it may be. */
interface Place {
  readonly limit: number;
  readonly read: (record: RequestRecord) => string;
  readonly write: (record: RequestRecord, text: string) => void;
}

const PLACES: Readonly<Record<ProtectedColumn, Place>> = {
  principal: {
    limit: ROW_LIMITS.principal,
    read: ({ identity }) => identity.subject,
    // An identity is shared by all requests of its credential.
    write: (record, subject) => void (record.identity = { ...record.identity, subject }),
  },
  issuer: {
    limit: ROW_LIMITS.principal,
    read: ({ identity, authIssuer }) => identity.issuer || authIssuer,
    write: (record, issuer) => void (record.identity = { ...record.identity, issuer }),
  },
  client_address: {
    limit: ROW_LIMITS.address,
    read: (record) => record.clientAddress,
    write: (record, text) => void (record.clientAddress = text),
  },
  path: {
    limit: ROW_LIMITS.path,
    read: (record) => record.path,
    write: (record, text) => void (record.path = text),
  },
  query: {
    limit: ROW_LIMITS.query,
    read: (record) => record.query,
    write: (record, text) => void (record.query = text),
  },
  user_agent: {
    limit: ROW_LIMITS.userAgent,
    read: (record) => record.userAgent,
    write: (record, text) => void (record.userAgent = text),
  },
};

const HEADERS = "headers.";
const ATTRIBUTES = "attributes.";
/** Two quotes at each, a colon and a comma. */
const MEMBER_CHARS = 6;

/** Ways to protect, by field. */
type Ways = ReadonlyMap<string, ProtectField>;

/** @throws Error for a key that is none; the config has checked it. */
export function createProtection(options: ProtectOptions): Conceal {
  const ways = waysOf(options);
  const columns = Object.entries(PLACES).filter(([field]) => ways.has(field));
  const hasHeaders = [...ways.keys()].some((field) => field.startsWith(HEADERS));
  const hasPath = ways.has("path");
  return (record) => {
    for (const [field, place] of columns) protectColumn(record, field, { ways, ...place });
    const pairs = { record, ways };
    if (hasHeaders)
      record.headers = protectPairs(record.headers, {
        ...pairs,
        of: HEADERS,
        limit: ROW_LIMITS.headers,
      });
    if (hasPath && record.attributes.length > 0)
      record.attributes = protectPairs(record.attributes, {
        ...pairs,
        of: ATTRIBUTES,
        limit: ROW_LIMITS.attributes,
      });
  };
}

function waysOf({ key: text, encrypt, hash }: ProtectOptions): Ways {
  const key = fieldKeyOf(text);
  if (key === null) throw new Error("telemetry.protect.key is no key");
  const encryption = createFieldEncryption(key);
  const ways = new Map<string, ProtectField>();
  for (const field of encrypt) ways.set(field, encryption);
  for (const field of hash) ways.set(field, createFieldHash(key, field));
  const path = ways.get("path");
  if (path !== undefined) for (const name of PATH_ATTRIBUTES) ways.set(ATTRIBUTES + name, path);
  return ways;
}

function protectColumn(
  record: RequestRecord,
  field: string,
  { ways, limit, read, write }: Place & { readonly ways: Ways },
): void {
  const value = read(record);
  const protect = ways.get(field);
  if (value !== "" && protect !== undefined) {
    const { traceId, spanId } = record;
    write(record, protect(value, { field, traceId, spanId }, limit));
  }
}

interface Pairs {
  readonly record: RequestRecord;
  readonly ways: Ways;
  readonly of: typeof HEADERS | typeof ATTRIBUTES;
  /** Of all together, as the encoder has it. */
  readonly limit: number;
}

/** Those protected come first, each with its share of the room: the encoder cuts what comes last. */
function protectPairs(pairs: RawHeaders, { record, ways, of, limit }: Pairs): RawHeaders {
  const { traceId, spanId } = record;
  const share = Math.floor((limit * 2) / pairs.length) - MEMBER_CHARS;
  const kept: string[] = [];
  const plain: string[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const [name = "", value = ""] = [pairs[at], pairs[at + 1]];
    const field = of + name;
    const protect = ways.get(field);
    if (protect === undefined || value === "" || value === REDACTED) plain.push(name, value);
    else kept.push(name, protect(value, { field, traceId, spanId }, share - name.length));
  }
  return [...kept, ...plain];
}
