// Finds the route of a request: a trie of path segments for each host, compiled once per config.
import type { HeaderList } from "../core/header-list.ts";
import type { Pace } from "../downstream/pace.ts";
import type { AttemptTimeouts } from "../upstream/upstream.ts";
import type { RouteOptions } from "./options.ts";

/** A route as the request path uses it. */
export interface Route {
  readonly options: RouteOptions;
  /** Position in the config: a small number for tables by route. */
  readonly id: number;
  readonly timeouts: AttemptTimeouts;
  readonly pace: Pace;
}

export interface RouteMatch {
  readonly route: Route;
  /** Values of ":name" segments; "**" under the name "**", without leading slash. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface RouteQuery {
  /** Normal form, without port. */
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: HeaderList;
}

/** null: no route. The most specific wins: host, then path segment by segment, then method and headers. */
export type RouteTable = (query: RouteQuery) => RouteMatch | null;

interface Node {
  readonly literal: Map<string, Node>;
  /** ":name" and "*": exactly one segment. */
  single: Node | null;
  /** Routes that end here, most conditions first. */
  readonly here: Route[];
  /** Routes with "**" from here on, zero segments or more. */
  readonly rest: Route[];
}

const NO_PARAMETERS: Readonly<Record<string, string>> = {};

/** Compiles routes; the config has checked that patterns are well formed. */
export function compileRoutes(routes: readonly RouteOptions[]): RouteTable {
  const hosts = new Map<string, Node>();
  routes.forEach((options, id) =>
    insert(hostNode(hosts, options.match.host), routeOf(options, id)),
  );
  const anyHost = hosts.get("*");
  const named = hosts.size > (anyHost === undefined ? 0 : 1);
  return (query) => {
    const walk: Walk = { segments: query.path.split("/"), query };
    const route = (named ? findByHost(hosts, walk) : null) ?? findBelow(anyHost, walk);
    return route === null ? null : { route, parameters: parametersOf(route, walk.segments) };
  };
}

/** "a.b.c": itself, then "*.b.c", "*.c". */
function findByHost(hosts: ReadonlyMap<string, Node>, walk: Walk): Route | null {
  const { host } = walk.query;
  const exact = findBelow(hosts.get(host), walk);
  if (exact !== null) return exact;
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    const found = findBelow(hosts.get(`*${host.slice(dot)}`), walk);
    if (found !== null) return found;
  }
  return null;
}

/** Paths begin with "/", so the first segment is empty and says nothing. */
function findBelow(root: Node | undefined, walk: Walk): Route | null {
  return root === undefined ? null : find(root, walk, 1);
}

function routeOf(options: RouteOptions, id: number): Route {
  const { connect_ms, header_ms, idle_ms, min_bytes_per_second } = options.timeouts;
  return {
    options,
    id,
    timeouts: { connectMs: connect_ms, headerMs: header_ms, idleMs: idle_ms },
    pace: { minBytesPerS: min_bytes_per_second, windowMs: idle_ms },
  };
}

function hostNode(hosts: Map<string, Node>, host: string): Node {
  const name = host.toLowerCase();
  const known = hosts.get(name) ?? createNode();
  hosts.set(name, known);
  return known;
}

function createNode(): Node {
  return { literal: new Map(), single: null, here: [], rest: [] };
}

function insert(root: Node, route: Route): void {
  let node = root;
  for (const segment of route.options.match.path.split("/").slice(1)) {
    if (segment === "**") {
      addSorted(node.rest, route);
      return;
    }
    node = child(node, segment);
  }
  addSorted(node.here, route);
}

function child(node: Node, segment: string): Node {
  if (segment === "*" || segment.startsWith(":")) return (node.single ??= createNode());
  const known = node.literal.get(segment) ?? createNode();
  node.literal.set(segment, known);
  return known;
}

function addSorted(list: Route[], route: Route): void {
  list.push(route);
  list.sort((a, b) => conditions(b) - conditions(a) || a.id - b.id);
}

function conditions({ options: { match } }: Route): number {
  return (match.methods.length > 0 ? 1 : 0) + Object.keys(match.headers).length * 2;
}

interface Walk {
  readonly segments: readonly string[];
  readonly query: RouteQuery;
}

/** Depth first, literal before single before rest; backtracks, so a dead end in one hides nothing. */
function find(node: Node, walk: Walk, depth: number): Route | null {
  const segment = walk.segments[depth];
  if (segment === undefined)
    return accepting(node.here, walk.query) ?? accepting(node.rest, walk.query);
  const literal = node.literal.get(segment);
  const found = literal === undefined ? null : find(literal, walk, depth + 1);
  if (found !== null) return found;
  const single = node.single === null || segment === "" ? null : find(node.single, walk, depth + 1);
  return single ?? accepting(node.rest, walk.query);
}

function accepting(routes: readonly Route[], query: RouteQuery): Route | null {
  for (const route of routes) if (accepts(route, query)) return route;
  return null;
}

function accepts({ options: { match } }: Route, { method, headers }: RouteQuery): boolean {
  if (match.methods.length > 0 && !match.methods.includes(method)) return false;
  for (const name in match.headers) {
    const wanted = match.headers[name];
    const value = headers.joined(name);
    if (value === undefined || (wanted !== "*" && value !== wanted)) return false;
  }
  return true;
}

function parametersOf(route: Route, segments: readonly string[]): Readonly<Record<string, string>> {
  if (route.options.rewrite === null) return NO_PARAMETERS;
  const parameters: Record<string, string> = {};
  route.options.match.path.split("/").forEach((pattern, at) => {
    if (pattern === "**") parameters["**"] = segments.slice(at).join("/");
    else if (pattern.startsWith(":")) parameters[pattern.slice(1)] = segments[at] ?? "";
  });
  return parameters;
}

/** The path for the upstream: the route's rewrite with its parameters put in, or the path as it is. */
export function rewritePath(match: RouteMatch, path: string): string {
  const { rewrite } = match.route.options;
  // OPTIONS of the server as a whole names no path (RFC 9110 section 9.3.7).
  if (rewrite === null || path === "*") return path;
  const segments = rewrite.split("/").map((segment) => {
    if (segment === "**") return match.parameters["**"] ?? "";
    return segment.startsWith(":") ? (match.parameters[segment.slice(1)] ?? "") : segment;
  });
  return segments.join("/").replace(/\/\/+/g, "/") || "/";
}
