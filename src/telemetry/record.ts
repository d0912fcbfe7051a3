// The request row before it is encoded: one mutable object for one request, filled stage by stage.
// Field names are the columns of table `requests` in camel case; see collector/schema.
import { ANONYMOUS, type Identity } from "../core/identity.ts";
import type { RawHeaders } from "../core/header-list.ts";

export type RowKind = "http" | "websocket" | "tcp" | "udp" | "decision" | "audit";
export type DecisionWord = "allow" | "deny" | "none" | "error";
/**
 * How a recorded tuple can be decided again: "": it is exact; "json": it is, its elements being JSON
 * texts; "redacted": not at all, since a secret of it was not kept. The encoder adds "cut".
 */
export type ReplayWord = "" | "json" | "redacted";

export type ShadowWord = "" | "allow" | "deny" | "error";

/** One try at one endpoint; its span's id is `attemptSpanId` (span-ids.ts). Times in nanoseconds; `startedNs` counts from the request's start. */
export interface AttemptRecord {
  upstream: string;
  startedNs: number;
  durationNs: number;
  /** Status the upstream answered with; 0 where it did not answer. */
  status: number;
  /** Error code from the catalogue; empty where the attempt succeeded. */
  error: string;
}

/** What is done to a record last, by whoever writes it down; see conceal.ts. */
export type Conceal = (record: RequestRecord) => void;

/** Everything known about one request. Written by the stages, read only by the row encoder. */
export class RequestRecord {
  /** null: it may be written as it is. Not a column. */
  conceal: Conceal | null = null;
  kind: RowKind = "http";
  /** Wall time in milliseconds since the epoch, with a fraction. */
  startedAtMs = 0;
  traceId = "";
  spanId = "";
  parentSpanId = "";
  traceFlags = 0;
  traceState = "";
  sampled = false;
  configRevision = "";

  scheme = "http";
  httpVersion = "1.1";
  method = "";
  host = "";
  /** Normal form: what policy, balancer and upstream saw too. */
  path = "";
  /** Without the leading "?", redacted. */
  query = "";
  route = "";
  service = "";
  apiVersion = "";
  requestBytes = 0;
  contentType = "";
  userAgent = "";
  /** Chosen request fields, redacted: flat [name, value, ...], lower-case names in one fixed order. */
  headers: RawHeaders = [];
  clientAddress = "";
  tlsVersion = "";

  identity: Identity = ANONYMOUS;
  /** Whose credential was tried, as routes name methods; empty where none was. */
  authMethod = "";
  /** Who would have vouched for the caller, had the credential held; else as in `identity`. */
  authIssuer = "";
  authOutcome = "none";

  decision: DecisionWord = "none";
  rule = "";
  /** "file:line" of the deciding rule. */
  ruleSource = "";
  policyRevision = "";
  policyRequest: readonly string[] = [];
  policyReplay: ReplayWord = "";
  /** Subject, role, role, ...: what made the deciding rule match; empty where no role did. */
  rolePath: readonly string[] = [];
  /** The candidate policy's; empty where there is none. */
  shadowDecision: ShadowWord = "";
  shadowRule = "";
  shadowRuleSource = "";
  shadowRevision = "";

  upstream = "";
  picker = "";
  /** The best eight by score, best first; same length as scores and inflight. */
  candidates: readonly string[] = [];
  candidateScores: readonly number[] = [];
  candidateInflight: readonly number[] = [];
  readonly attempts: AttemptRecord[] = [];

  durationNs = 0;
  identifyNs = 0;
  authorizeNs = 0;
  balanceNs = 0;
  /** Waited for a connection slot. */
  queueNs = 0;
  connectNs = 0;
  /** From the request's head being sent to the response's head. */
  upstreamFirstByteNs = 0;
  upstreamNs = 0;

  status = 0;
  responseBytes = 0;
  completed = false;
  errorCode = "";
  errorSource = "";
  limitedBy = "";
  breaker = "";
  fault = "";
  attributes: RawHeaders = [];
}
