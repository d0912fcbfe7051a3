// Counts rate, errors and duration from the rows as they are written, whether the store takes them or not.
import { ERRORS } from "../../core/errors.ts";
import { REQUEST_COLUMNS } from "../../telemetry/columns.ts";
import { type ShadowChange, shadowChange } from "../../telemetry/shadow-change.ts";
import { Histogram } from "./histogram.ts";
import { keyed, OTHER } from "./keyed.ts";
import { RowScan } from "./row-scan.ts";

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

/** In the order of the row. */
const COLUMNS = [
  "kind",
  "trace_id",
  "route",
  "service",
  "auth_method",
  "auth_outcome",
  "decision",
  "rule",
  "shadow_decision",
  "upstream",
  "duration_ns",
  "upstream_ns",
  "status",
  "error_code",
  "limited_by",
] as const;
const KIND = 0;
const TRACE = 1;
const ROUTE = 2;
const SERVICE = 3;
const AUTH_METHOD = 4;
const AUTH_OUTCOME = 5;
const DECISION = 6;
const RULE = 7;
const SHADOW = 8;
const UPSTREAM = 9;
const DURATION = 10;
const UPSTREAM_TIME = 11;
const STATUS = 12;
const ERROR = 13;
const LIMITED_BY = 14;
/** Of the words a decision can be, only "deny" begins so, and of the kinds only "decision". */
const D = "d".charCodeAt(0);
/** Of the kinds only "audit" begins so. */
const A = "a".charCodeAt(0);

/** Since the start of this process, of the rows it wrote. */
export class RequestCounts {
  readonly #scan: RowScan = new RowScan(COLUMNS.map((name) => REQUEST_COLUMNS.indexOf(name)));
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

  /** Whole lines of JSONCompactEachRow in the order of REQUEST_COLUMNS. */
  readonly count = (lines: Buffer): void => {
    this.#nowMs = this.#now();
    for (let at = 0; at < lines.length;) {
      at = this.#scan.scan(lines, at);
      this.#countRow();
    }
  };

  #countRow(): void {
    const scan = this.#scan;
    if (scan.beginsWith(KIND, D)) return this.#countAsked();
    if (scan.beginsWith(KIND, A)) return;
    const route = this.#route();
    const digit = Math.min(CLASSES - 1, Math.floor(scan.number(STATUS) / 100));
    route.byClass[digit] = (route.byClass[digit] ?? 0) + 1;
    this.#observe(route.duration, DURATION);
    if (scan.beginsWith(DECISION, D)) this.#countDenial(route);
    if (!scan.isEmpty(SHADOW)) this.#countShadow(route.shadow);
    if (!scan.isEmpty(UPSTREAM)) this.#observe(this.#upstream().duration, UPSTREAM_TIME);
    if (!scan.isEmpty(AUTH_METHOD) || !scan.isEmpty(ERROR)) this.#countAuthentication();
    if (!scan.isEmpty(ERROR)) this.#countError(route);
  }

  #observe(histogram: Histogram, column: number): void {
    const scan = this.#scan;
    const nanoseconds = scan.number(column);
    const bucket = histogram.observe(nanoseconds);
    const { atMs = -Infinity } = histogram.exemplars[bucket] ?? {};
    if (this.#nowMs - atMs < EXEMPLAR_MS || scan.isEmpty(TRACE)) return;
    const seconds = nanoseconds / NANOS;
    histogram.exemplars[bucket] = { traceId: scan.text(TRACE), seconds, atMs: this.#nowMs };
  }

  #countDenial(route: RouteCounts): void {
    route.denied++;
    this.#countNamed(this.#denials, RULE);
  }

  #countNamed(counts: Map<string, NamedCount>, column: number): void {
    const scan = this.#scan;
    const make = (isKnown: boolean): NamedCount => {
      return { name: isKnown ? scan.text(column) : OTHER, count: 0 };
    };
    keyed(counts, { key: scan.key(column, column), most: MOST_RULES }, make).count++;
  }

  #countAsked(): void {
    const decision = this.#scan.text(DECISION);
    const { decisions, shadow } = this.asked;
    decisions.set(decision, (decisions.get(decision) ?? 0) + 1);
    if (!this.#scan.isEmpty(SHADOW)) this.#countShadow(shadow);
  }

  /** Who shows nothing where nothing is asked for is none of them. */
  #countAuthentication(): void {
    const scan = this.#scan;
    const isTried = !scan.isEmpty(AUTH_METHOD);
    const outcome = scan.text(AUTH_OUTCOME);
    if (!isTried && outcome === "none" && scan.text(ERROR) !== "unauthenticated") return;
    const method = isTried ? scan.text(AUTH_METHOD) : "none";
    const key = scan.key(AUTH_METHOD, AUTH_OUTCOME);
    keyed(this.#authentications, { key, most: MOST_SERIES }, () => ({ method, outcome, count: 0 }))
      .count++;
  }

  #countShadow(shadow: ShadowCounts): void {
    const change = shadowChange(this.#scan.text(DECISION), this.#scan.text(SHADOW));
    if (change !== "") shadow[change]++;
  }

  #countError(route: RouteCounts): void {
    const given = this.#scan.text(ERROR);
    const code = Object.hasOwn(ERRORS, given) ? given : OTHER;
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    if (code === "unauthenticated" || code === "invalid_credentials") route.unauthenticated++;
    if (!this.#scan.isEmpty(LIMITED_BY)) this.#countNamed(this.#limited, LIMITED_BY);
  }

  #route(): RouteCounts {
    const scan = this.#scan;
    const key = scan.key(ROUTE, SERVICE);
    return keyed(this.#routes, { key, most: MOST_SERIES }, (isKnown) => ({
      service: isKnown ? scan.text(SERVICE) : OTHER,
      route: isKnown ? scan.text(ROUTE) : OTHER,
      byClass: new Float64Array(CLASSES),
      denied: 0,
      shadow: { gain: 0, loss: 0, error: 0 },
      unauthenticated: 0,
      duration: new Histogram(),
    }));
  }

  #upstream(): UpstreamCounts {
    const scan = this.#scan;
    const key = scan.key(UPSTREAM, UPSTREAM) + scan.key(SERVICE, SERVICE);
    return keyed(this.#upstreams, { key, most: MOST_SERIES }, (isKnown) => ({
      service: isKnown ? scan.text(SERVICE) : OTHER,
      upstream: isKnown ? scan.text(UPSTREAM) : OTHER,
      duration: new Histogram(),
    }));
  }
}
