// Rows of kind `decision`: what was asked through AuthZEN, in a spool segment of the main thread's own.
import type { Clock } from "../../core/clock.ts";
import { HeaderList } from "../../core/header-list.ts";
import type { Log } from "../../core/log.ts";
import type { AuthzenCall, CallFacts } from "../../policy/authzen/call.ts";
import type { DecisionPoint, PointDecision } from "../../policy/authzen/decision-point.ts";
import type { AuthzenRequest } from "../../policy/authzen/request.ts";
import { isPlain, tupleTexts } from "../../policy/request/tuple.ts";
import { createPolicyErrorLog, type PolicyFailure } from "../../proxy/policy-error-log.ts";
import { type AskShadow, createAskShadow } from "../../proxy/shadow.ts";
import { createPropagation, type Propagation, propagatorsOf } from "../../telemetry/propagation.ts";
import { concealOnce } from "../../telemetry/conceal.ts";
import { type Conceal, RequestRecord } from "../../telemetry/record.ts";
import { createSampler } from "../../telemetry/sampler.ts";
import { createIds, type IdSource } from "../../telemetry/span-ids.ts";
import { createSpoolWriter } from "../../telemetry/spool-writer.ts";
import type { Spool } from "../../telemetry/spool.ts";
import { type TraceContext, traceresponse } from "../../telemetry/trace-context.ts";
import { type SecretMembers, withoutSecrets } from "./secret-members.ts";

/** What all questions of one call are decided and recorded by. */
export interface CallScope {
  readonly point: DecisionPoint;
  readonly configRevision: string;
  readonly secrets: SecretMembers;
  /** What is done to each row; null: nothing. */
  readonly conceal: Conceal | null;
}

export interface DecisionLog {
  /** null: a row can't be kept and must be. */
  readonly open: (facts: CallFacts, scope: CallScope) => AuthzenCall | null;
  /** From here on nothing is recorded, and so nothing decided. */
  readonly close: () => void;
}

export interface DecisionLogParts {
  readonly spool: Spool;
  readonly instance: string;
  /** Of no data worker, so that the segments are this thread's own. */
  readonly worker: number;
  readonly clock: Clock;
  readonly log: Log;
}

export function createDecisionLog(parts: DecisionLogParts): DecisionLog {
  const { clock, log } = parts;
  const rows = createSpoolWriter(parts);
  const ids = createIds();
  const propagation = createPropagation({
    propagators: propagatorsOf(process.env),
    sampler: createSampler(process.env, () => undefined),
    ids,
    // The data workers have said what is wrong with the environment.
    warn: () => undefined,
  });
  const tell = createPolicyErrorLog(log, clock);
  const askShadow = createAskShadow(tell);
  let isOpen = true;
  const write = (records: readonly RequestRecord[]): boolean => {
    if (!isOpen) return false;
    for (const record of records) concealOnce(record);
    return rows.appendAll(records) === records.length;
  };
  return {
    open(facts, scope) {
      if (!isOpen || !rows.writable()) return null;
      return new RecordedCall(facts, scope, { clock, ids, propagation, tell, askShadow, write });
    },
    close() {
      isOpen = false;
      rows.close();
    },
  };
}

interface CallParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly propagation: Propagation;
  readonly tell: (failure: PolicyFailure) => void;
  readonly askShadow: AskShadow;
  readonly write: (records: readonly RequestRecord[]) => boolean;
}

class RecordedCall implements AuthzenCall {
  readonly #facts: CallFacts;
  readonly #scope: CallScope;
  readonly #parts: CallParts;
  readonly #headers: HeaderList;
  readonly #trace: TraceContext;
  readonly #spanId: string;
  readonly #records: RequestRecord[] = [];

  constructor(facts: CallFacts, scope: CallScope, parts: CallParts) {
    this.#facts = facts;
    this.#scope = scope;
    this.#parts = parts;
    this.#headers = new HeaderList(facts.rawHeaders);
    this.#trace = parts.propagation.extract(this.#headers);
    this.#spanId = parts.ids.spanId();
  }

  get traceId(): string {
    return this.#trace.traceId;
  }

  get traceresponse(): string {
    return traceresponse(this.#trace, this.#spanId);
  }

  decide(request: AuthzenRequest): PointDecision {
    const { clock, tell, askShadow } = this.#parts;
    const { point } = this.#scope;
    const startedNs = clock.nowNs();
    const record = this.#opened();
    const decided = point.decide(request);
    record.authorizeNs = clock.nowNs() - startedNs;
    const { decision } = decided;
    record.decision = decision.effect;
    record.rule = decision.rule;
    record.ruleSource = decision.ruleSource;
    noteSubject(record, request);
    this.#noteTuple(record, decided);
    if (decision.effect === "error") {
      record.errorCode = "policy_error";
      record.errorSource = "weir";
      tell({ policy: "enforced", decision, revision: point.revision, traceId: this.traceId });
    }
    if (point.shadow !== null) askShadow(point.shadow, decided.tuple, record);
    record.durationNs = clock.nowNs() - startedNs;
    return decided;
  }

  refuse(): void {
    const record = this.#opened();
    record.errorCode = "malformed_request";
    record.errorSource = "client";
  }

  write(): boolean {
    return this.#parts.write(this.#records);
  }

  /** The first question has the call's span, so that what the caller is told of is there. */
  #opened(): RequestRecord {
    const { clock, ids } = this.#parts;
    const record = new RequestRecord();
    record.kind = "decision";
    record.conceal = this.#scope.conceal;
    record.startedAtMs = clock.wallMs();
    record.traceId = this.#trace.traceId;
    record.spanId = this.#records.length === 0 ? this.#spanId : ids.spanId();
    record.parentSpanId = this.#trace.parentSpanId;
    record.traceFlags = this.#trace.flags;
    record.traceState = this.#trace.state;
    record.sampled = (this.#trace.flags & 1) === 1;
    record.configRevision = this.#scope.configRevision;
    record.policyRevision = this.#scope.point.revision;
    record.method = "POST";
    record.host = this.#facts.host;
    record.path = this.#facts.path;
    record.route = ROUTE;
    record.userAgent = this.#headers.get("user-agent") ?? "";
    record.contentType = this.#headers.get("content-type") ?? "";
    record.clientAddress = this.#facts.clientAddress;
    record.status = 200;
    record.completed = true;
    this.#records.push(record);
    return record;
  }

  #noteTuple(record: RequestRecord, { tuple, decision }: PointDecision): void {
    const kept = withoutSecrets(tuple, this.#scope.point.fields, this.#scope.secrets);
    record.policyRequest = tupleTexts(kept);
    record.policyReplay = isPlain(kept) ? "" : "json";
    // The path begins with what the tuple may have kept back.
    if (kept === tuple) record.rolePath = decision.rolePath;
    else record.policyReplay = "redacted";
  }
}

/** What stands in a row for the route, since no route was taken. */
const ROUTE = "authzen";

/** Nobody verified who it is: the caller of the API says so. */
function noteSubject(record: RequestRecord, request: AuthzenRequest): void {
  const { subject, resource, action } = request;
  record.identity = {
    subject: subject.id,
    kind: "asserted",
    issuer: "",
    roles: [],
    attributes: {},
  };
  record.attributes = Object.entries({
    "authzen.subject_type": subject.type,
    "authzen.resource_type": resource.type,
    "authzen.resource_id": resource.id,
    "authzen.action": action.name,
  }).flat();
}
