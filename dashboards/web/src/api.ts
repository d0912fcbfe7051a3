// What the admin API answers, as types: the contract between src/admin and this UI.

/** ISO-8601 UTC, with milliseconds or nanoseconds. */
export type IsoTime = string;

/** The candidate policy, which decides for the row alone. */
export interface ShadowPolicy {
  /** Empty while none of its versions was sound. */
  readonly revision: string;
  readonly rules: number;
  readonly model_file: string;
  readonly rules_file: string;
  readonly loaded_at: IsoTime | null;
  /** Why its newest version is not asked. */
  readonly fault: string | null;
}

/** What answers the questions of other services; of its own, or the enforced one. */
export interface AuthzenPolicy {
  readonly enforced: boolean;
  readonly revision: string;
  readonly rules: number;
  readonly model_file: string;
  readonly rules_file: string;
  readonly entities_file: string | null;
  /** AuthZEN fields, as "subject.id", in the order of the model's r. */
  readonly request: readonly string[];
}

export interface PolicyStatus {
  readonly enforced: boolean;
  readonly revision: string;
  readonly rules: number;
  readonly loaded_at: IsoTime | null;
  readonly fault: string | null;
  readonly shadow: ShadowPolicy | null;
  /** null: what the files say decides. */
  readonly rollback: PolicyRollback | null;
}

/** The policy before decides, until the files change or somebody has them read again. */
export interface PolicyRollback {
  /** What the files say. */
  readonly from: string;
  readonly to: string;
  readonly at: IsoTime;
  readonly comment: string;
  readonly created_by: string;
}

export interface Policy extends PolicyStatus {
  readonly model_file: string | null;
  readonly rules_file: string | null;
  /** What is asked of each request, as "identity.subject", in the order of the model's r. */
  readonly request: readonly string[];
  /** null: nothing answers other services. */
  readonly authzen: AuthzenPolicy | null;
}

export interface StoreStatus {
  readonly kind: "embedded" | "server";
  readonly state: "starting" | "ready" | "down";
  readonly since: IsoTime;
  readonly error: string | null;
}

export interface SpoolStatus {
  readonly pending_rows: number;
  readonly pending_bytes: number;
  readonly stored_rows: number;
  readonly dropped_rows: number;
  readonly rejected_rows: number;
  readonly dead_letter_bytes: number;
  readonly dead_letter_dropped_rows: number;
  readonly lag_ms: number;
}

export interface ReloadStatus {
  readonly at: IsoTime;
  readonly ok: boolean;
  /** Every fault, one a line. */
  readonly fault: string | null;
  /** Of files of certificates, which are used as they were before. */
  readonly tls_fault: string | null;
  /** Keys whose change waits for a restart. */
  readonly restart: readonly string[];
}

export interface Status {
  readonly instance: string;
  /** http://HOST:PORT where requests arrive. */
  readonly proxy: string;
  readonly version: string;
  readonly started_at: IsoTime;
  readonly uptime_s: number;
  readonly config_revision: string;
  readonly policy: PolicyStatus;
  readonly reload: ReloadStatus | null;
  readonly store: StoreStatus;
  readonly spool: SpoolStatus;
  readonly workers: number;
  /** Authorities and revocation lists as well. */
  readonly certificates: readonly CertificateStatus[];
}

export interface CertificateStatus {
  /** Of the config. */
  readonly key: string;
  readonly file: string;
  readonly not_after: IsoTime;
  readonly state: "ok" | "soon" | "expired" | "future";
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly unit: string | null;
}

export interface QueryResult<Row> {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Percentiles {
  readonly p50_ns: number | null;
  readonly p95_ns: number | null;
  readonly p99_ns: number | null;
}

export interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly denied: number;
}

/** One time bucket that begins at `time`; empty ones are there too, evenly. */
export interface OverviewRow extends Counts, Percentiles {
  readonly time: IsoTime;
}

export interface SummaryRow extends Counts, Percentiles {
  /** Over the time since the first request, where that is in the range. */
  readonly requests_per_second: number;
  readonly request_bytes: number;
  readonly response_bytes: number;
}

export interface RouteRow extends Counts, Percentiles {
  readonly requests_per_second: number;
  readonly route: string;
  readonly service: string;
}

export interface UpstreamRow extends Percentiles {
  readonly service: string;
  readonly upstream: string;
  readonly attempts: number;
  readonly failures: number;
}

export interface ErrorRow {
  readonly route: string;
  readonly status: number;
  readonly upstream: string;
  readonly error_code: string;
  readonly requests: number;
  readonly last_at: IsoTime;
  /** Of the newest of them. */
  readonly trace_id: string;
}

export interface SlowestRow {
  readonly started_at: IsoTime;
  readonly trace_id: string;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly status: number;
  readonly duration_ns: number;
  readonly upstream: string;
}

export interface DenialRow {
  readonly principal: string;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly rule: string;
  readonly rule_source: string;
  readonly requests: number;
  readonly last_at: IsoTime;
  /** Of the newest of them. */
  readonly trace_id: string;
}

/** "decision": what AuthZEN asked; "request": what passed through weir. */
export type RowKind = "request" | "decision";

/** Requests that the candidate policy decides otherwise. */
export interface ShadowRow {
  readonly change: "gain" | "loss" | "error";
  readonly kind: RowKind;
  readonly principal: string;
  readonly method: string;
  readonly route: string;
  readonly rule: string;
  readonly rule_source: string;
  readonly shadow_rule: string;
  readonly shadow_rule_source: string;
  readonly shadow_revision: string;
  readonly requests: number;
  readonly paths: number;
  /** Of the newest of them, as is `trace_id`. */
  readonly path: string;
  readonly last_at: IsoTime;
  readonly trace_id: string;
}

export interface RuleRow {
  readonly kind: RowKind;
  /** Empty: what no rule decided. */
  readonly rule: string;
  readonly rule_source: string;
  readonly decision: string;
  readonly requests: number;
  readonly callers: number;
  readonly last_at: IsoTime;
  readonly trace_id: string;
}

export interface UnusedRules {
  readonly revision: string;
  readonly rules: number;
  readonly unused_count: number;
  /** The first of them. */
  readonly unused: readonly { readonly rule: string; readonly rule_source: string }[];
}

export interface CallerRow {
  readonly principal: string;
  readonly principal_kind: string;
  readonly requests: number;
  readonly errors: number;
  readonly denied: number;
  readonly p95_ns: number | null;
  readonly last_at: IsoTime;
}

/** An endpoint that somebody took out for a while, or gave less weight. */
export interface Hold {
  readonly service: string;
  readonly endpoint: string;
  /** Part of its weight that is left; 0: it is out. */
  readonly share: number;
  readonly starts_at: IsoTime;
  readonly ends_at: IsoTime;
  readonly comment: string;
  readonly created_by: string;
}

export type EndpointState = "ok" | "young" | "ejected" | "trial" | "held";

export interface Endpoint {
  readonly url: string;
  readonly weight: number;
  readonly inflight: number;
  readonly estimate_ns: number;
  readonly samples: number;
  readonly state: EndpointState;
  readonly ejected_until: IsoTime | null;
  readonly statistics_weight: number;
  readonly ok_total: number;
  readonly failed_total: number;
}

export interface Service {
  readonly name: string;
  readonly balance: string;
  readonly endpoints: readonly Endpoint[];
}

export interface Route {
  readonly name: string;
  readonly match: {
    readonly host: string;
    readonly path: string;
    readonly methods: readonly string[];
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly service: string;
  readonly authenticate: readonly string[];
}
