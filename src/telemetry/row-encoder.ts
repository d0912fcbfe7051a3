// A request record as one line of ClickHouse's JSONCompactEachRow, in the order of columns.ts.
import type { RawHeaders } from "../core/header-list.ts";
import type { AttemptRecord, RequestRecord } from "./record.ts";
import { RowJson } from "./row-json.ts";

/** No row is longer: the limits below add up to less. */
export const MAX_ROW_BYTES = 36 * 1024;

/** Bytes as written. A list's limit is for all its values together. */
export const ROW_LIMITS = {
  word: 128,
  host: 256,
  /** An address of IPv6 fits encrypted. */
  address: 128,
  principal: 512,
  path: 4096,
  query: 4096,
  traceState: 512,
  userAgent: 512,
  roles: 1024,
  policyRequest: 5120,
  rolePath: 1024,
  headers: 5120,
  attributes: 2048,
  /** Values in each of the parallel lists of candidates and of attempts. */
  parallel: 8,
} as const;

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const UINT8 = 0xff;
const UINT16 = 0xffff;
const { word: WORD, parallel: PARALLEL } = ROW_LIMITS;
const NO_SHADOW = Buffer.from('"","","","",');

export interface RowEncoder {
  /** Encodes into `bytes` from its start and gives the line's length; the next call overwrites it. */
  readonly encode: (record: RequestRecord) => number;
  readonly bytes: Buffer;
}

/** An encoder for one worker of one instance: what is the same in all its rows is encoded once. */
export function createRowEncoder(instance: string, worker: number): RowEncoder {
  const json = new RowJson(MAX_ROW_BYTES);
  json.text(instance, WORD);
  json.integer(worker, UINT16);
  const writer = Buffer.from(json.bytes.subarray(0, json.length));
  const encode = (record: RequestRecord): number => {
    json.reset();
    json.open(OPEN_LIST);
    which(json, record, writer);
    what(json, record);
    who(json, record);
    mayThey(json, record);
    whereTo(json, record);
    attempts(json, record);
    whereTimeWent(json, record);
    howItEnded(json, record);
    json.close(CLOSE_LIST);
    json.endLine();
    return json.length;
  };
  return { encode, bytes: json.bytes };
}

function which(json: RowJson, record: RequestRecord, writer: Buffer): void {
  json.text(record.kind, WORD);
  json.time(record.startedAtMs);
  json.text(record.traceId, WORD);
  json.text(record.spanId, WORD);
  json.text(record.parentSpanId, WORD);
  json.integer(record.traceFlags, UINT8);
  json.text(record.traceState, ROW_LIMITS.traceState);
  json.boolean(record.sampled);
  json.raw(writer);
  json.text(record.configRevision, WORD);
}

function what(json: RowJson, record: RequestRecord): void {
  json.text(record.scheme, WORD);
  json.text(record.httpVersion, WORD);
  json.text(record.method, WORD);
  json.text(record.host, ROW_LIMITS.host);
  json.text(record.path, ROW_LIMITS.path);
  json.text(record.query, ROW_LIMITS.query);
  json.text(record.route, WORD);
  json.text(record.service, WORD);
  json.text(record.apiVersion, WORD);
  json.integer(record.requestBytes, Number.MAX_SAFE_INTEGER);
  json.text(record.contentType, WORD);
  json.text(record.userAgent, ROW_LIMITS.userAgent);
  map(json, record.headers, ROW_LIMITS.headers);
  json.text(record.clientAddress, ROW_LIMITS.address);
  json.text(record.tlsVersion, WORD);
}

function who(json: RowJson, record: RequestRecord): void {
  json.text(record.identity.subject, ROW_LIMITS.principal);
  json.text(record.identity.kind, WORD);
  json.text(record.identity.issuer || record.authIssuer, ROW_LIMITS.principal);
  list(json, record.identity.roles, ROW_LIMITS.roles);
  json.text(record.authMethod, WORD);
  json.text(record.authOutcome, WORD);
}

function mayThey(json: RowJson, record: RequestRecord): void {
  json.text(record.decision, WORD);
  json.text(record.rule, ROW_LIMITS.userAgent);
  json.text(record.ruleSource, ROW_LIMITS.host);
  json.text(record.policyRevision, WORD);
  const isWhole = list(json, record.policyRequest, ROW_LIMITS.policyRequest);
  json.text(isWhole ? record.policyReplay : "cut", WORD);
  list(json, record.rolePath, ROW_LIMITS.rolePath);
  if (record.shadowRevision === "") {
    json.raw(NO_SHADOW);
    return;
  }
  json.text(record.shadowDecision, WORD);
  json.text(record.shadowRule, ROW_LIMITS.userAgent);
  json.text(record.shadowRuleSource, ROW_LIMITS.host);
  json.text(record.shadowRevision, WORD);
}

function whereTo(json: RowJson, record: RequestRecord): void {
  json.text(record.upstream, WORD);
  json.text(record.picker, WORD);
  const { candidates, candidateScores, candidateInflight } = record;
  const count = Math.min(candidates.length, PARALLEL);
  json.open(OPEN_LIST);
  for (let at = 0; at < count; at++) json.text(candidates[at] ?? "", WORD);
  json.close(CLOSE_LIST);
  json.open(OPEN_LIST);
  for (let at = 0; at < count; at++) json.float(candidateScores[at] ?? 0);
  json.close(CLOSE_LIST);
  json.open(OPEN_LIST);
  for (let at = 0; at < count; at++) json.integer(candidateInflight[at] ?? 0, UINT16);
  json.close(CLOSE_LIST);
}

const ATTEMPT_COLUMNS: readonly ((json: RowJson, attempt: AttemptRecord) => void)[] = [
  (json, { upstream }) => json.text(upstream, WORD),
  (json, { spanId }) => json.text(spanId, WORD),
  (json, { startedNs }) => duration(json, startedNs),
  (json, { durationNs }) => duration(json, durationNs),
  (json, { status }) => json.integer(status, UINT16),
  (json, { error }) => json.text(error, WORD),
];

function attempts(json: RowJson, { attempts }: RequestRecord): void {
  for (const column of ATTEMPT_COLUMNS) {
    let room = PARALLEL;
    json.open(OPEN_LIST);
    for (const attempt of attempts) {
      if (room-- === 0) break;
      column(json, attempt);
    }
    json.close(CLOSE_LIST);
  }
}

function whereTimeWent(json: RowJson, record: RequestRecord): void {
  duration(json, record.durationNs);
  duration(json, record.identifyNs);
  duration(json, record.authorizeNs);
  duration(json, record.balanceNs);
  duration(json, record.queueNs);
  duration(json, record.connectNs);
  duration(json, record.upstreamFirstByteNs);
  duration(json, record.upstreamNs);
}

function howItEnded(json: RowJson, record: RequestRecord): void {
  json.integer(record.status, UINT16);
  json.integer(record.responseBytes, Number.MAX_SAFE_INTEGER);
  json.boolean(record.completed);
  json.text(record.errorCode, WORD);
  json.text(record.errorSource, WORD);
  json.text(record.limitedBy, WORD);
  json.text(record.breaker, WORD);
  json.text(record.fault, WORD);
  map(json, record.attributes, ROW_LIMITS.attributes);
}

function duration(json: RowJson, nanoseconds: number): void {
  json.integer(nanoseconds, Number.MAX_SAFE_INTEGER);
}

/** Values until the limit is used up; then one that is only the cut mark. Whether all are as given. */
function list(json: RowJson, values: readonly string[], limit: number): boolean {
  const end = json.length + limit;
  const alteredBefore = json.altered;
  let room = limit;
  json.open(OPEN_LIST);
  for (const value of values) {
    room = Math.max(0, end - json.length);
    json.text(value, room);
    if (room === 0) break;
  }
  json.close(CLOSE_LIST);
  return room > 0 && json.altered === alteredBefore;
}

function map(json: RowJson, fields: RawHeaders, limit: number): void {
  const end = json.length + limit;
  json.open(OPEN_MAP);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const room = Math.max(0, end - json.length);
    json.member(fields[at] ?? "", fields[at + 1] ?? "", room);
    if (room === 0) break;
  }
  json.close(CLOSE_MAP);
}
