// Rows of kind `audit`: each change asked of weir itself, by whom, and how it ended.
import type { Clock } from "../core/clock.ts";
import { ANONYMOUS } from "../core/identity.ts";
import type { Log } from "../core/log.ts";
import { type Conceal, type DecisionWord, RequestRecord } from "./record.ts";
import { createIds } from "./span-ids.ts";
import { createSpoolWriter } from "./spool-writer.ts";
import type { Spool } from "./spool.ts";

export interface AuditEntry {
  /** Such as "reload". */
  readonly action: string;
  /** Name, role and authority; empty where it was not let in, the name on loopback. */
  readonly caller: {
    readonly name: string;
    readonly role: string;
    readonly kind: "local" | "token" | "certificate";
    readonly issuer: string;
  };
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly host: string;
  readonly clientAddress: string;
  readonly userAgent: string;
  readonly decision: DecisionWord;
  readonly rule: string;
  readonly ruleSource: string;
  readonly policyRevision: string;
  /** What was answered. */
  readonly status: number;
  /** Code of the problem; empty where there was none. */
  readonly errorCode: string;
  readonly durationNs: number;
  /** Further attributes, name after value: [name, value, name, value, ...]. */
  readonly details: readonly string[];
}

/** What nobody asked by HTTP: a reload by a signal, a file or a renewal. */
export interface OwnChange {
  readonly action: string;
  /** Code of what went wrong; empty where nothing did. */
  readonly errorCode: string;
  /** As AuditEntry has them. */
  readonly details: readonly string[];
}

export interface AuditLog {
  /** False while audit is required and no row can be kept: nothing may be changed then. */
  readonly writable: () => boolean;
  /** False: it could not be written. */
  readonly write: (entry: AuditEntry) => boolean;
  readonly writeOwn: (change: OwnChange) => void;
  readonly close: () => void;
}

interface AuditLogParts {
  readonly spool: Spool;
  readonly instance: string;
  /** Whose segments are this log's own. */
  readonly worker: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly configRevision: () => string;
  /** What the config in force does to each row; null: nothing. */
  readonly conceal: () => Conceal | null;
}

/** What stands in a row for the route; no route was taken. */
const ROUTE = "audit";

export function createAuditLog(parts: AuditLogParts): AuditLog {
  const rows = createSpoolWriter(parts);
  const ids = createIds();
  const write = (entry: AuditEntry): boolean => {
    const { action, caller, details, ...same } = entry;
    const record = Object.assign(new RequestRecord(), same, {
      kind: "audit" as const,
      startedAtMs: parts.clock.wallMs() - entry.durationNs / 1e6,
      traceId: ids.traceId(),
      spanId: ids.spanId(),
      configRevision: parts.configRevision(),
      route: ROUTE,
      identity: identityOf(caller),
      authOutcome: entry.errorCode === "unauthenticated" ? "none" : "ok",
      completed: true,
      errorSource: entry.errorCode === "" ? "" : entry.status < 500 ? "client" : "weir",
      attributes: ["audit.action", action, "audit.role", caller.role, ...details],
    });
    const { identity } = record;
    parts.conceal()?.(record);
    // Who changed something is what the row is for.
    record.identity = identity;
    return rows.keep(record);
  };
  const writeOwn = ({ action, errorCode, details }: OwnChange): void => {
    const status = errorCode === "" ? 200 : 500;
    write({ ...ITSELF, action, errorCode, details, status });
  };
  return { write, writeOwn, writable: rows.writable, close: () => rows.close() };
}

/** Nobody's request: weir did it by itself. */
const ITSELF: Omit<AuditEntry, "action" | "errorCode" | "details" | "status"> = {
  caller: { name: "", role: "", kind: "local", issuer: "" },
  method: "",
  path: "",
  host: "",
  clientAddress: "",
  userAgent: "",
  decision: "none",
  rule: "",
  ruleSource: "",
  policyRevision: "",
  durationNs: 0,
};

function identityOf({ name, role, kind, issuer }: AuditEntry["caller"]): RequestRecord["identity"] {
  if (kind === "local") return ANONYMOUS;
  return { subject: name, kind, issuer, roles: [role], attributes: {} };
}
