// What the admin server needs of the rest of weir: narrow functions the composition root fills in.
import type { Alerts } from "../alerts/alerts.ts";
import type { AskRows } from "../alerts/ask-rows.ts";
import type { Slo } from "../alerts/rule.ts";
import type { Good } from "../alerts/slo.ts";
import type { LoadedAlerts } from "../alerts/load-alerts.ts";
import type { CollectorCounts } from "../collector/counts.ts";
import type { InputCounts } from "../collector/input-counts.ts";
import type { ServiceDescription } from "../balancer/describe.ts";
import type { HeldEndpoint, Hold, HoldAnswer } from "../balancer/hold.ts";
import type { Config, ListenAddress } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { Expiring } from "../core/expiry.ts";
import type { Log } from "../core/log.ts";
import type { ServerTls } from "../downstream/options.ts";
import type { AuthzenCall, CallFacts } from "../policy/authzen/call.ts";
import type { DecisionPoint } from "../policy/authzen/decision-point.ts";
import type { CaseSave, NewCase } from "../policy/cases/new-case.ts";
import type { ExplanationJson, NamedRule } from "../policy/explain/explanation-json.ts";
import type { PolicyFiles } from "../policy/options.ts";
import type { RequestTuple } from "../policy/request/tuple.ts";
import type { Store } from "../store/client.ts";
import type { Dashboards } from "../store/dashboards.ts";
import type { DrainStats } from "../telemetry/drain.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { Roles } from "./http/door.ts";
import type { SpanExportStats } from "../telemetry/export.ts";
import type { GroupValues } from "../telemetry/groups/row-group.ts";
import type { Signal } from "../telemetry/streams.ts";

interface PolicyFacts {
  readonly revision: string;
  /** Role links included. */
  readonly rules: number;
}

interface Running {
  readonly config: Config;
  readonly revision: string;
  /** null: none configured, nothing is enforced. */
  readonly policy: PolicyFacts | null;
  /** null: the policy is what its files say. */
  readonly rollback: {
    /** What the files say. */
    readonly from: string;
    readonly to: string;
    readonly atMs: number;
    readonly createdBy: string;
    readonly comment: string;
    readonly files: PolicyFiles;
  } | null;
  /** The candidate beside it; null: none configured. */
  readonly shadow: {
    /** null: none of its versions was sound yet. */
    readonly policy: PolicyFacts | null;
    readonly loadedAtMs: number;
    readonly faults: readonly Fault[];
  } | null;
  /** What AuthZEN asks; null: nothing that takes its requests. */
  readonly authzen: AuthzenFacts | null;
  readonly tls: {
    readonly certificates: readonly CertificateFacts[];
    /** Why files as they are now are not in use. */
    readonly faults: readonly Fault[];
    /** Of the admin side; null: plain HTTP. */
    readonly admin: ServerTls | null;
  };
  /** What each role may do here. */
  readonly roles: Roles;
  readonly loadedAtMs: number;
}

/** A certificate, an authority's certificate or a revocation list in use. */
interface CertificateFacts extends Expiring {
  /** Of the config, such as listen.https.certificates[0].cert. */
  readonly keyPath: string;
  readonly file: string;
  /** DNS names. */
  readonly names: readonly string[];
}

/** Of what the config's CA issued; counts of this run. */
interface Renewals {
  readonly renewed: number;
  readonly failed: number;
}

interface AuthzenFacts {
  readonly image: PolicyFacts;
  /** Whether it is the enforced policy. */
  readonly isEnforced: boolean;
  /** AuthZEN fields in the order of the model's r. */
  readonly fields: readonly string[];
}

export interface Reloaded {
  readonly atMs: number;
  readonly ok: boolean;
  /** Every fault, one a line; null when it went well. */
  readonly fault: string | null;
  /** Of the candidate policy alone. */
  readonly shadowFault: string | null;
  /** Of files of certificates, which are used as they were before. */
  readonly tlsFault: string | null;
  /** Keys that changed but wait for a restart. */
  readonly restart: readonly string[];
  /** Who asked for it: "files", "signal", "renewal", "api". */
  readonly causes: readonly string[];
  /** Revisions of the config in force before and after. */
  readonly before: string;
  readonly after: string;
  /** What came into force, such as "policy" or "users". */
  readonly changed: readonly string[];
}

interface StoreHealth {
  readonly kind: "embedded" | "server";
  readonly state: "starting" | "ready" | "down";
  readonly sinceMs: number;
  readonly error: string | null;
}

/** What other services ask by AuthZEN. */
interface AuthzenSide {
  /** null: no policy takes such requests. */
  readonly point: () => Promise<DecisionPoint | null>;
  /** null: its rows can't be kept and must be, so nothing may be answered. */
  readonly open: (facts: CallFacts, point: DecisionPoint) => AuthzenCall | null;
}

/** Whole lines of JSONCompactEachRow in the order of columns.ts, each told once; never changed later. */
export interface RowFeed {
  /** Ends with the call of what it returns. */
  readonly subscribe: (listener: (groups: readonly GroupValues[]) => void) => () => void;
}

interface UnusedRules {
  readonly revision: string;
  readonly rules: number;
  readonly unused_count: number;
  readonly unused: readonly NamedRule[];
}

interface RevokedToken {
  readonly issuer: string;
  readonly jti: string;
}

interface Revocation extends RevokedToken {
  readonly revokedAtMs: number;
  /** null: stays until taken back. */
  readonly expiresAtMs: number | null;
}

interface Revocations {
  readonly list: () => readonly Revocation[];
  /** False: there are too many. Resolves once every worker knows. */
  readonly add: (revocation: Revocation) => Promise<boolean>;
  /** False: there was none. */
  readonly remove: (token: RevokedToken) => Promise<boolean>;
}

/** Endpoints that somebody took out for a while. */
interface Holds {
  readonly list: () => readonly Hold[];
  readonly add: (hold: Hold) => HoldAnswer;
  /** undefined: there was none. */
  readonly remove: (endpoint: HeldEndpoint) => Hold | undefined;
}

/** What is watched, what fires, and what is silenced. */
interface Alerting extends Pick<
  Alerts,
  "rules" | "notifiers" | "silencedBy" | "silences" | "addSilence" | "removeSilence"
> {
  readonly loaded: () => LoadedAlerts;
  readonly ask: AskRows;
  /** Of windows that end now. */
  readonly good: (slo: Slo, windowsMs: readonly number[]) => Promise<readonly Good[]>;
}

export interface AdminParts {
  readonly listen: ListenAddress;
  /** http://HOST:PORT where requests arrive. */
  readonly proxy: string;
  readonly audit: Pick<AuditLog, "writable" | "write">;
  readonly instance: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly log: Log;
  readonly running: () => Running;
  readonly lastReload: () => Reloaded | null;
  readonly reload: () => Promise<Reloaded>;
  /** Panels and boards as their files are now. */
  readonly dashboards: () => Dashboards;
  /** null until the first contact. */
  readonly store: () => Store | null;
  readonly storeHealth: () => StoreHealth;
  /** What the store gave up before its time, since its disk was full. */
  readonly forgottenBytes: () => number;
  /** Of request rows. */
  readonly drain: () => DrainStats;
  /** Of those signals of which anything came. */
  readonly signals: () => ReadonlyMap<Signal, DrainStats>;
  /** null where no spans are exported. */
  readonly spans: () => SpanExportStats | null;
  /** null where nothing is received over OTLP. */
  readonly collector: () => CollectorState | null;
  /** Data workers that listen. */
  readonly workers: () => number;
  /** TLS handshakes that came to nothing. */
  readonly handshakeFailures: () => readonly HandshakeFailureCount[];
  /** To be told of those of the admin side. */
  readonly handshakeFailed: (reason: string, address: string) => void;
  /** What keys of session tickets are made of. */
  readonly ticketSecrets: TicketSecrets;
  /** Clients closed at once, by the limit of the config they met. */
  readonly refusedConnections: () => readonly (readonly [limit: string, count: number])[];
  readonly services: () => readonly ServiceDescription[];
  readonly holds: Holds;
  readonly rows: RowFeed;
  /** Adds to the cases of the policy in force, or only says what would be added. */
  readonly saveCase: (wanted: NewCase, isDry: boolean) => CaseSave;
  /** By the policy in force; "busy" where too many ask. */
  readonly explain: (request: RequestTuple) => Promise<ExplanationJson | "no_policy" | "busy">;
  /** Rules that are none of those used, which are as request rows have them; "busy" where too many ask. */
  readonly findUnused: (used: readonly string[]) => Promise<UnusedRules | "no_policy" | "busy">;
  readonly authzen: AuthzenSide;
  readonly alerting: Alerting;
  readonly revocations: Revocations;
  /** null while no CA is configured. */
  readonly renewals: () => Renewals | null;
  /** Folder of the built UI. */
  readonly ui: string;
}

interface CollectorState {
  readonly listen: ListenAddress;
  readonly isSecure: boolean;
  readonly counts: CollectorCounts;
  readonly inputs: InputCounts;
  readonly deaths: number;
}

interface HandshakeFailureCount {
  readonly listener: string;
  readonly reason: string;
  readonly count: number;
}

interface TicketSecrets {
  readonly current: () => Uint8Array;
  readonly listen: (replaced: (secret: Uint8Array) => void) => void;
}
