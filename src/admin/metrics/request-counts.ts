// Counts rate, errors and duration from the rows as they are written, whether the store takes them or not.
import { ERRORS } from "../../core/errors.ts";
import type { GroupValues } from "../../telemetry/groups/row-group.ts";
import { rowOf, type SpooledRow } from "../../telemetry/groups/spooled-row.ts";
import { type ShadowChange, shadowChange } from "../../telemetry/shadow-change.ts";
import { Histogram } from "./histogram.ts";
import { keyed, OTHER } from "./keyed.ts";

type ShadowCounts = Record<ShadowChange, number>;

/** Through AuthZEN, which is no traffic. */
export interface AskedCounts {
  readonly decisions: Map<string, number>;
  readonly shadow: ShadowCounts;
}

export interface RouteCounts {
  readonly service: string;
  readonly route: string;
  /** By the status' first digit; 0: the client left before there was one. */
  readonly byClass: Float64Array;
  denied: number;
  /** What the candidate policy would change. */
  readonly shadow: ShadowCounts;
  unauthenticated: number;
  readonly duration: Histogram;
}

/** How often callers who showed a credential, or should have, were who they said. */
export interface AuthenticationCounts {
  /** As routes name it; none: no credential was tried. */
  readonly method: string;
  readonly outcome: string;
  count: number;
}

export interface NamedCount {
  readonly name: string;
  count: number;
}

export interface UpstreamCounts {
  readonly service: string;
  readonly upstream: string;
  readonly duration: Histogram;
}

/** Names come from configs; more of them are reloads gone wild, and count as "other". */
const MOST_SERIES = 1000;
const NANOS = 1e9;
const CLASSES = 6;
/** Rules come from policies, which may have a hundred thousand of them. */
const MOST_RULES = 200;
/** A bucket's exemplar is a new one no more often: each costs a string. */
const EXEMPLAR_MS = 1000;

/** Since the start of this process, of the rows it wrote. */
export class RequestCounts {
  readonly #routes = new Map<string, RouteCounts>();
  readonly #upstreams = new Map<string, UpstreamCounts>();
  readonly #authentications = new Map<string, AuthenticationCounts>();
  readonly asked: AskedCounts = {
    decisions: new Map(),
    shadow: { gain: 0, loss: 0, error: 0 },
  };
  /** By code of the error catalogue. */
  readonly errors: Map<string, number> = new Map();
  readonly #denials = new Map<string, NamedCount>();
  readonly #limited = new Map<string, NamedCount>();
  readonly #now: () => number;
  #nowMs = 0;

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** By the rule that denied; an empty one is the policy that allows nothing unsaid. */
  get denials(): Iterable<NamedCount> {
    return this.#denials.values();
  }

  /** By the limit that was met. */
  get limited(): Iterable<NamedCount> {
    return this.#limited.values();
  }

  get routes(): Iterable<RouteCounts> {
    return this.#routes.values();
  }

  get authentications(): Iterable<AuthenticationCounts> {
    return this.#authentications.values();
  }

  get upstreams(): Iterable<UpstreamCounts> {
    return this.#upstreams.values();
  }

  readonly count = (groups: readonly GroupValues[]): void => {
    this.#nowMs = this.#now();
    for (const group of groups)
      for (let at = 0; at < group.rows; at++) this.#countRow(rowOf(group, at));
  };

  #countRow(row: SpooledRow): void {
    const kind = row.text("kind");
    if (kind === "audit") return;
    if (kind === "decision") return this.#countAsked(row);
    const route = this.#route(row);
    const digit = Math.min(CLASSES - 1, Math.floor(row.number("status") / 100));
    route.byClass[digit] = (route.byClass[digit] ?? 0) + 1;
    this.#observe(route.duration, row, "duration_ns");
    if (row.text("decision") === "deny") this.#countDenial(route, row);
    if (row.text("shadow_decision") !== "") countShadow(route.shadow, row);
    if (row.text("upstream") !== "")
      this.#observe(this.#upstream(row).duration, row, "upstream_ns");
    this.#countAuthentication(row);
    if (row.text("error_code") !== "") this.#countError(route, row);
  }

  #observe(histogram: Histogram, row: SpooledRow, column: "duration_ns" | "upstream_ns"): void {
    const nanoseconds = row.number(column);
    const bucket = histogram.observe(nanoseconds);
    const { atMs = -Infinity } = histogram.exemplars[bucket] ?? {};
    const traceId = row.text("trace_id");
    if (this.#nowMs - atMs < EXEMPLAR_MS || traceId === "") return;
    histogram.exemplars[bucket] = { traceId, seconds: nanoseconds / NANOS, atMs: this.#nowMs };
  }

  #countDenial(route: RouteCounts, row: SpooledRow): void {
    route.denied++;
    countNamed(this.#denials, row.text("rule"));
  }

  #countAsked(row: SpooledRow): void {
    const decision = row.text("decision");
    const { decisions, shadow } = this.asked;
    decisions.set(decision, (decisions.get(decision) ?? 0) + 1);
    if (row.text("shadow_decision") !== "") countShadow(shadow, row);
  }

  /** Who shows nothing where nothing is asked for is none of them. */
  #countAuthentication(row: SpooledRow): void {
    const tried = row.text("auth_method");
    const outcome = row.text("auth_outcome");
    const isWanted = row.text("error_code") === "unauthenticated";
    if (tried === "" && (row.text("error_code") === "" || (outcome === "none" && !isWanted)))
      return;
    const key = `${tried}\n${outcome}`;
    const make = (): AuthenticationCounts => ({ method: tried || "none", outcome, count: 0 });
    keyed(this.#authentications, { key, most: MOST_SERIES }, make).count++;
  }

  #countError(route: RouteCounts, row: SpooledRow): void {
    const given = row.text("error_code");
    const code = Object.hasOwn(ERRORS, given) ? given : OTHER;
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    if (code === "unauthenticated" || code === "invalid_credentials") route.unauthenticated++;
    const limit = row.text("limited_by");
    if (limit !== "") countNamed(this.#limited, limit);
  }

  #route(row: SpooledRow): RouteCounts {
    const [service, route] = [row.text("service"), row.text("route")];
    const key = `${service}\n${route}`;
    return keyed(this.#routes, { key, most: MOST_SERIES }, (isKnown) => ({
      service: isKnown ? service : OTHER,
      route: isKnown ? route : OTHER,
      byClass: new Float64Array(CLASSES),
      denied: 0,
      shadow: { gain: 0, loss: 0, error: 0 },
      unauthenticated: 0,
      duration: new Histogram(),
    }));
  }

  #upstream(row: SpooledRow): UpstreamCounts {
    const [service, upstream] = [row.text("service"), row.text("upstream")];
    const key = `${service}\n${upstream}`;
    return keyed(this.#upstreams, { key, most: MOST_SERIES }, (isKnown) => ({
      service: isKnown ? service : OTHER,
      upstream: isKnown ? upstream : OTHER,
      duration: new Histogram(),
    }));
  }
}

function countNamed(counts: Map<string, NamedCount>, key: string): void {
  const make = (isKnown: boolean): NamedCount => ({ name: isKnown ? key : OTHER, count: 0 });
  keyed(counts, { key, most: MOST_RULES }, make).count++;
}

function countShadow(shadow: ShadowCounts, row: SpooledRow): void {
  const change = shadowChange(row.text("decision"), row.text("shadow_decision"));
  if (change !== "") shadow[change]++;
}
