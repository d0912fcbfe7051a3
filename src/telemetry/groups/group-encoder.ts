// Request records as a row group: the rows written at once, column by column, in the order of columns.ts.
import { SPOOLED_COLUMNS, type SpooledColumn } from "../columns.ts";
import type { RequestRecord } from "../record.ts";
import {
  asText,
  asWord,
  attempt,
  candidate,
  duration,
  flag,
  list,
  pairs,
  text,
  time,
  uint16,
  uint64,
  uint8,
  word,
  wordOfRow,
  type WriteColumn,
} from "./column-writers.ts";
import { HEAD_BYTES, writeHead } from "./frame.ts";
import { Group } from "./group.ts";
import { ROW_LIMITS } from "./limits.ts";
import { referred } from "./references.ts";

export interface GroupEncoder {
  /**
   * Encodes records [from, to), at least one and `MAX_GROUP_ROWS` at most, as one frame at the start of
   * `bytes`, and gives its length; the next call overwrites it.
   */
  readonly encode: (records: readonly RequestRecord[], from: number, to: number) => number;
  readonly bytes: Buffer;
}

/** An encoder for one worker of one instance. */
export function createGroupEncoder(instance: string, worker: number): GroupEncoder {
  const group = new Group(instance, worker);
  const { bytes, words } = group;
  const written = columns();
  const inOrder = SPOOLED_COLUMNS.map((column) => written[column]);
  const encode = (records: readonly RequestRecord[], from: number, to: number): number => {
    words.clear();
    bytes.at = HEAD_BYTES;
    group.take(records, from, to);
    for (const write of inOrder) write(group);
    const wordsFrom = bytes.at - HEAD_BYTES;
    bytes.at += words.bytes.buffer.copy(bytes.buffer, bytes.at, 0, words.bytes.at);
    const head = { rows: to - from, words: words.count, wordsFrom };
    writeHead(bytes.buffer, bytes.at - HEAD_BYTES, head);
    return bytes.at;
  };
  return { encode, bytes: bytes.buffer };
}

const { word: WORD } = ROW_LIMITS;

const shadow = (read: (record: RequestRecord) => string, limit?: number): WriteColumn =>
  word((record) => (record.shadowRevision === "" ? "" : read(record)), limit);

const which = () => ({
  kind: word((record) => record.kind),
  started_at: time((record) => record.startedAtMs),
  trace_id: text((record) => record.traceId),
  span_id: text((record) => record.spanId),
  parent_span_id: text((record) => record.parentSpanId),
  trace_flags: uint8((record) => record.traceFlags),
  trace_state: text((record) => record.traceState, ROW_LIMITS.traceState),
  sampled: flag((record) => record.sampled),
  instance: ({ bytes, words, instance }: Group) => bytes.uint16(words.idOf(instance, WORD)),
  worker: (group: Group) => uint16(() => group.worker)(group),
  config_revision: word((record) => record.configRevision),
});

const what = () => ({
  scheme: word((record) => record.scheme),
  http_version: word((record) => record.httpVersion),
  method: word((record) => record.method),
  host: text((record) => record.host, ROW_LIMITS.host),
  path: text((record) => record.path, ROW_LIMITS.path),
  query: text((record) => record.query, ROW_LIMITS.query),
  route: word((record) => record.route),
  service: word((record) => record.service),
  api_version: word((record) => record.apiVersion),
  request_bytes: uint64((record) => record.requestBytes),
  content_type: text((record) => record.contentType),
  user_agent: text((record) => record.userAgent, ROW_LIMITS.userAgent),
  headers: pairs((record) => record.headers, ROW_LIMITS.headers),
  client_address: text((record) => record.clientAddress, ROW_LIMITS.address),
  tls_version: word((record) => record.tlsVersion),
});

const who = () => ({
  principal: text((record) => record.identity.subject, ROW_LIMITS.principal),
  principal_kind: word((record) => record.identity.kind),
  issuer: word((record) => record.identity.issuer || record.authIssuer, ROW_LIMITS.principal),
  roles: list({
    read: (record) => record.identity.roles,
    as: (_, role) => role,
    write: asWord,
    limit: ROW_LIMITS.roles,
  }),
  auth_method: word((record) => record.authMethod),
  auth_outcome: word((record) => record.authOutcome),
});

const mayThey = () => ({
  decision: word((record) => record.decision),
  rule: word((record) => record.rule, ROW_LIMITS.userAgent),
  rule_source: word((record) => record.ruleSource, ROW_LIMITS.host),
  policy_revision: word((record) => record.policyRevision),
  policy_request_kept: list({
    read: (record) => record.policyRequest,
    as: referred,
    write: asText,
    limit: ROW_LIMITS.policyRequest,
    done: ({ isTupleCut }, row, isWhole) => void (isTupleCut[row] = Number(!isWhole)),
  }),
  // Written after the tuple it tells of.
  policy_replay: wordOfRow(({ isTupleCut }, { policyReplay }, row) =>
    isTupleCut[row] === 0 ? policyReplay : "cut",
  ),
  role_path_kept: list({
    read: (record) => record.rolePath,
    as: referred,
    write: asWord,
    limit: ROW_LIMITS.rolePath,
  }),
  shadow_decision: shadow((record) => record.shadowDecision),
  shadow_rule: shadow((record) => record.shadowRule, ROW_LIMITS.userAgent),
  shadow_rule_source: shadow((record) => record.shadowRuleSource, ROW_LIMITS.host),
  shadow_revision: word((record) => record.shadowRevision),
});

const whereTo = () => ({
  upstream: word((record) => record.upstream),
  picker: word((record) => record.picker),
  candidates: candidate(
    (record) => record.candidates,
    (group, name = "") => asWord(group, name, WORD),
  ),
  candidate_scores: candidate(
    (record) => record.candidateScores,
    ({ bytes }, score = 0) => bytes.float32(score),
  ),
  candidate_inflight: candidate(
    (record) => record.candidateInflight,
    ({ bytes }, inflight = 0) => bytes.uint16(inflight),
  ),
});

const attempts = () => ({
  attempt_upstream: attempt((group, { upstream }) => asWord(group, upstream, WORD)),
  attempt_started_ns: attempt(({ bytes }, { startedNs }) => bytes.duration(startedNs)),
  attempt_duration_ns: attempt(({ bytes }, { durationNs }) => bytes.duration(durationNs)),
  attempt_status: attempt(({ bytes }, { status }) => bytes.uint16(status)),
  attempt_error: attempt((group, { error }) => asWord(group, error, WORD)),
});

const whereTimeWent = () => ({
  duration_ns: duration((record) => record.durationNs),
  identify_ns: duration((record) => record.identifyNs),
  authorize_ns: duration((record) => record.authorizeNs),
  balance_ns: duration((record) => record.balanceNs),
  queue_ns: duration((record) => record.queueNs),
  connect_ns: duration((record) => record.connectNs),
  upstream_first_byte_ns: duration((record) => record.upstreamFirstByteNs),
  upstream_ns: duration((record) => record.upstreamNs),
});

const howItEnded = () => ({
  status: uint16((record) => record.status),
  response_bytes: uint64((record) => record.responseBytes),
  completed: flag((record) => record.completed),
  error_code: word((record) => record.errorCode),
  error_source: word((record) => record.errorSource),
  limited_by: word((record) => record.limitedBy),
  breaker: word((record) => record.breaker),
  fault: word((record) => record.fault),
  attributes: pairs((record) => record.attributes, ROW_LIMITS.attributes),
});

/** For one encoder each: columns remember what they wrote last. */
const columns = (): Readonly<Record<SpooledColumn, WriteColumn>> => ({
  ...which(),
  ...what(),
  ...who(),
  ...mayThey(),
  ...whereTo(),
  ...attempts(),
  ...whereTimeWent(),
  ...howItEnded(),
});
