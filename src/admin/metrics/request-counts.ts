// Counts rate, errors and duration from the rows as they are written, whether the store takes them or not.
import { ERRORS } from "../../core/errors.ts";
import { REQUEST_COLUMNS } from "../../telemetry/columns.ts";
import { type ShadowChange, shadowChange } from "../../telemetry/shadow-change.ts";
import { Histogram } from "./histogram.ts";
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

export interface UpstreamCounts {
  readonly service: string;
  readonly upstream: string;
  readonly duration: Histogram;
}

/** Names come from configs; more of them are reloads gone wild, and count as "other". */
const MOST_SERIES = 1000;
const OTHER = "other";
const CLASSES = 6;

/** In the order of the row. */
const COLUMNS = [
  "kind",
  "route",
  "service",
  "auth_method",
  "auth_outcome",
  "decision",
  "shadow_decision",
  "upstream",
  "duration_ns",
  "upstream_ns",
  "status",
  "error_code",
] as const;
const KIND = 0;
const ROUTE = 1;
const SERVICE = 2;
const AUTH_METHOD = 3;
const AUTH_OUTCOME = 4;
const DECISION = 5;
const SHADOW = 6;
const UPSTREAM = 7;
const DURATION = 8;
const UPSTREAM_TIME = 9;
const STATUS = 10;
const ERROR = 11;
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
    route.duration.observe(scan.number(DURATION));
    if (scan.beginsWith(DECISION, D)) route.denied++;
    if (!scan.isEmpty(SHADOW)) this.#countShadow(route.shadow);
    if (!scan.isEmpty(UPSTREAM)) this.#upstream().duration.observe(scan.number(UPSTREAM_TIME));
    if (!scan.isEmpty(AUTH_METHOD) || !scan.isEmpty(ERROR)) this.#countAuthentication();
    if (!scan.isEmpty(ERROR)) this.#countError(route);
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
    keyed(this.#authentications, key, () => ({ method, outcome, count: 0 })).count++;
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
  }

  #route(): RouteCounts {
    const scan = this.#scan;
    return keyed(this.#routes, scan.key(ROUTE, SERVICE), (isKnown) => ({
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
    return keyed(this.#upstreams, key, (isKnown) => ({
      service: isKnown ? scan.text(SERVICE) : OTHER,
      upstream: isKnown ? scan.text(UPSTREAM) : OTHER,
      duration: new Histogram(),
    }));
  }
}

/** The entry of a key; of OTHER where there are too many. */
function keyed<T>(map: Map<string, T>, key: string, make: (isKnown: boolean) => T): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  const isKnown = map.size < MOST_SERIES;
  const made = (isKnown ? undefined : map.get(OTHER)) ?? make(isKnown);
  map.set(isKnown ? key : OTHER, made);
  return made;
}
