// Lets in who may: access first, then what the role's policy says. Changes and refused ones become audit rows.
import type { IncomingMessage } from "node:http";
import type { Rule } from "../../policy/rules/rule.ts";
import type { Decision, PolicySnapshot } from "../../policy/snapshot.ts";
import type { AuditEntry, AuditLog } from "../../telemetry/audit-log.ts";
import { type Access, type AccessRules, createAccess } from "./access.ts";
import type { Caller } from "./callers.ts";
import type { Endpoint, Reply } from "./endpoint.ts";
import { Problem, toProblem } from "./problem.ts";
import type { Refusals } from "./refusals.ts";

/** As admin-roles.ts loads them. */
export interface Roles {
  readonly snapshot: PolicySnapshot;
  readonly names: readonly string[];
  readonly rules: readonly RoleRule[];
}

/** One that lets a role ask for a path by a method. */
export type RoleRule = Pick<Rule, "fields" | "text" | "source">;

export interface DoorParts extends AccessRules {
  /** Those of the config in force. */
  readonly roles: () => Roles;
  readonly audit: Pick<AuditLog, "writable" | "write">;
  readonly refusals: Refusals;
}

/** How far a request came. */
interface Visit {
  readonly startedMs: number;
  readonly caller: Caller | null;
  readonly decision: Decision | null;
  /** Of the roles' policy. */
  readonly revision: string;
}

const NOBODY = { name: "", role: "", kind: "local", issuer: "" } as const;
const UNDECIDED = { effect: "none", rule: "", ruleSource: "" } as const;

export class Door {
  readonly #roles: () => Roles;
  readonly #audit: DoorParts["audit"];
  readonly #refusals: Refusals;
  readonly #access: Access;
  readonly #sourceOf: DoorParts["sourceOf"];
  readonly #visits = new WeakMap<IncomingMessage, Visit>();

  constructor(parts: DoorParts) {
    this.#roles = parts.roles;
    this.#audit = parts.audit;
    this.#refusals = parts.refusals;
    this.#access = createAccess(parts);
    this.#sourceOf = parts.sourceOf;
  }

  /** Throws Problem where the caller may not ask this. */
  admit(endpoint: Endpoint, request: IncomingMessage): void {
    try {
      this.#enter(endpoint, request);
    } catch (thrown) {
      const problem = toProblem(thrown);
      this.#refusals.count(problem.code);
      if (this.#refusals.mayRecord(problem.code, performance.now())) {
        this.#note(endpoint, request, { problem, members: {} });
      }
      throw thrown;
    }
  }

  /** Runs what was let in; rejects as it does. */
  async audited(
    endpoint: Endpoint,
    request: IncomingMessage,
    work: () => Promise<Reply>,
  ): Promise<Reply> {
    try {
      const reply = await work();
      const members = reply.kind === "json" ? reply.body : {};
      const isNoted = this.#note(endpoint, request, { problem: null, members });
      if (isNoted || endpoint.mustBeRecorded !== true) return reply;
      throw new Problem("not_recorded", "its audit row can't be kept; see weir's log");
    } catch (thrown) {
      const problem = toProblem(thrown);
      this.#note(endpoint, request, { problem, members: problem.members });
      throw thrown;
    }
  }

  #enter(endpoint: Endpoint, request: IncomingMessage): void {
    const startedMs = performance.now();
    const { snapshot, names } = this.#roles();
    const { revision } = snapshot;
    this.#visits.set(request, { startedMs, caller: null, decision: null, revision });
    const caller = this.#access(request);
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const asked = [endpoint.path, method] as const;
    const decision = snapshot.decide([caller.role, ...asked]);
    this.#visits.set(request, { startedMs, caller, decision, revision });
    if (decision.effect !== "allow") {
      const able = names.filter((role) => snapshot.decide([role, ...asked]).effect === "allow");
      throw forbidden(caller, asked, able);
    }
    if (endpoint.audit === undefined || method === "GET" || this.#audit.writable()) return;
    throw new Problem("not_recorded", "its audit row can't be kept; see weir's log");
  }

  /** Whether its audit row is written; false also for what has none. */
  #note(endpoint: Endpoint, request: IncomingMessage, { problem, members }: Outcome): boolean {
    const visit = this.#visits.get(request);
    const isOther = request.method?.toLowerCase() !== endpoint.method;
    if (visit === undefined || isOther) return false;
    const { body } = request as { readonly body?: unknown };
    const action = endpoint.audit?.(body) ?? null;
    if (action === null) return false;
    const unsaid = this.#refusals.takeUnsaid();
    const details = [
      ...(endpoint.auditAsked?.(body) ?? []),
      ...detailsOf(endpoint, members),
      ...(unsaid === 0 ? [] : ["audit.unsaid_refusals", String(unsaid)]),
    ];
    return this.#audit.write({ ...this.#seen(visit, request), action, details, ...end(problem) });
  }

  #seen(
    visit: Visit,
    request: IncomingMessage,
  ): Omit<AuditEntry, "action" | "details" | keyof End> {
    const { effect, rule, ruleSource } = visit.decision ?? UNDECIDED;
    const { method = "", url = "", headers } = request;
    return {
      caller: visit.caller ?? NOBODY,
      decision: effect,
      rule,
      ruleSource,
      policyRevision: visit.revision,
      method,
      path: url.split("?")[0] ?? "",
      host: headers.host ?? "",
      clientAddress: this.#sourceOf(request),
      userAgent: headers["user-agent"] ?? "",
      durationNs: Math.round((performance.now() - visit.startedMs) * 1e6),
    };
  }
}

/** Says what is missing: who reads it knows whom to ask. */
function forbidden(
  { role }: Caller,
  [path, method]: readonly [string, string],
  able: readonly string[],
): Problem {
  const who = able.length === 0 ? "no role may" : `these may: ${able.join(", ")}`;
  const members = { role, allowed_roles: able };
  return new Problem("forbidden", `the role ${role} may not ${method} ${path}; ${who}`, {
    members,
  });
}

interface Outcome {
  readonly problem: Problem | null;
  /** Of the answer or the problem; none where the request was not let in. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** Nothing where it was not let in, or had nothing to say. */
function detailsOf({ auditDetails }: Endpoint, members: Outcome["members"]): readonly string[] {
  if (auditDetails === undefined || Object.keys(members).length === 0) return [];
  return auditDetails(members);
}

type End = Pick<AuditEntry, "status" | "errorCode">;

function end(problem: Problem | null): End {
  return problem === null
    ? { status: 200, errorCode: "" }
    : { status: problem.status, errorCode: problem.code };
}
