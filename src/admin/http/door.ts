// Lets in who may: access first, then what the role's policy says. Changes and refused ones become audit rows.
import type { IncomingMessage } from "node:http";
import type { Decision, PolicySnapshot } from "../../policy/snapshot.ts";
import type { AuditEntry, AuditLog } from "../../telemetry/audit-log.ts";
import { type Access, type AccessRules, type Caller, createAccess } from "./access.ts";
import type { Endpoint, Reply } from "./endpoint.ts";
import { Problem, toProblem } from "./problem.ts";

interface DoorParts extends AccessRules {
  readonly roles: PolicySnapshot;
  readonly audit: AuditLog;
}

/** How far a request came. */
interface Visit {
  readonly startedMs: number;
  readonly caller: Caller | null;
  readonly decision: Decision | null;
}

const NOBODY = { name: "", role: "" };
const UNDECIDED = { effect: "none", rule: "", ruleSource: "" } as const;

export class Door {
  readonly #roles: PolicySnapshot;
  readonly #audit: AuditLog;
  readonly #access: Access;
  readonly #visits = new WeakMap<IncomingMessage, Visit>();

  constructor(parts: DoorParts) {
    this.#roles = parts.roles;
    this.#audit = parts.audit;
    this.#access = createAccess(parts);
  }

  /** Throws Problem where the caller may not ask this. */
  admit(endpoint: Endpoint, request: IncomingMessage): void {
    try {
      this.#enter(endpoint, request);
    } catch (thrown) {
      this.#note(endpoint, request, toProblem(thrown));
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
      this.#note(endpoint, request, null);
      return reply;
    } catch (thrown) {
      this.#note(endpoint, request, toProblem(thrown));
      throw thrown;
    }
  }

  #enter(endpoint: Endpoint, request: IncomingMessage): void {
    const startedMs = performance.now();
    this.#visits.set(request, { startedMs, caller: null, decision: null });
    const caller = this.#access(request);
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const decision = this.#roles.decide([caller.role, endpoint.path, method]);
    this.#visits.set(request, { startedMs, caller, decision });
    if (decision.effect !== "allow") {
      throw new Problem("forbidden", `the role ${caller.role} may not do this`);
    }
    if (endpoint.audit === undefined || method === "GET" || this.#audit.writable()) return;
    throw new Problem("not_recorded", "its audit row can't be kept; see weir's log");
  }

  #note(endpoint: Endpoint, request: IncomingMessage, problem: Problem | null): void {
    const visit = this.#visits.get(request);
    const isOther = request.method?.toLowerCase() !== endpoint.method;
    if (visit === undefined || isOther) return;
    const { body } = request as { readonly body?: unknown };
    const action = endpoint.audit?.(body) ?? null;
    if (action !== null)
      this.#audit.write({ ...this.#seen(visit, request), action, ...end(problem) });
  }

  #seen(visit: Visit, request: IncomingMessage): Omit<AuditEntry, "action" | keyof End> {
    const { effect, rule, ruleSource } = visit.decision ?? UNDECIDED;
    const { method = "", url = "", headers, socket } = request;
    return {
      caller: visit.caller ?? NOBODY,
      decision: effect,
      rule,
      ruleSource,
      policyRevision: this.#roles.revision,
      method,
      path: url.split("?")[0] ?? "",
      host: headers.host ?? "",
      clientAddress: socket.remoteAddress ?? "",
      userAgent: headers["user-agent"] ?? "",
      durationNs: Math.round((performance.now() - visit.startedMs) * 1e6),
    };
  }
}

type End = Pick<AuditEntry, "status" | "errorCode">;

function end(problem: Problem | null): End {
  return problem === null
    ? { status: 200, errorCode: "" }
    : { status: problem.status, errorCode: problem.code };
}
