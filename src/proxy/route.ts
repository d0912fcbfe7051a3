// The stage that reads the request's head: valid target and Host, framing, client, and its route.
import { WeirError } from "../core/errors.ts";
import type { HeaderList } from "../core/header-list.ts";
import type { Exchange, RequestHead } from "./exchange.ts";
import { normalAuthority, withoutPort } from "./authority.ts";
import { readTarget } from "./path.ts";
import { type RouteMatch, rewritePath } from "./route-table.ts";

/** A request that has a place to go. */
export interface RoutedRequest {
  readonly head: RequestHead;
  readonly match: RouteMatch;
  /** Rewritten as the route says: what the upstream is asked for. */
  readonly path: string;
}

/** The attribute of a row whose path was rewritten. */
const UPSTREAM_PATH = "weir.upstream_path";

/** @throws WeirError malformed_request, ambiguous_path, bad_host, limits exceeded, no_route. */
export function route(exchange: Exchange): RoutedRequest {
  const head = readHead(exchange);
  const match = exchange.snapshot.routes({
    host: head.hostName,
    path: head.path,
    method: head.method,
    headers: head.headers,
  });
  if (match === null) throw new WeirError("no_route");
  exchange.record.route = match.route.options.name;
  exchange.record.service = match.route.options.service;
  const path = rewritePath(match, head.path);
  if (path !== head.path) exchange.record.attributes = [UPSTREAM_PATH, path];
  return { head, match, path };
}

function readHead(exchange: Exchange): RequestHead {
  const { downstream, headers, snapshot, record } = exchange;
  const { httpVersion, body } = downstream.head;
  checkLimits(exchange);
  if (body === "unclear") throw new WeirError("malformed_request", "ambiguous body framing");
  const target = readTarget(downstream.head.target, record.method, snapshot.allowedPathForms);
  record.path = target.path;
  record.query = snapshot.redactQuery(target.query);
  const host = readHost(headers, target.authority, httpVersion);
  const client = snapshot.forwarded({
    peer: record.clientAddress,
    scheme: record.scheme,
    host,
    headers,
  });
  record.host = host;
  record.clientAddress = client.address;
  record.scheme = client.scheme;
  return {
    method: record.method,
    path: target.path,
    query: target.query,
    host,
    hostName: withoutPort(host),
    headers,
    httpVersion,
    body,
    client,
  };
}

function checkLimits({ downstream, headers, snapshot }: Exchange): void {
  const { limits } = snapshot;
  if (downstream.head.target.length > limits.uri_bytes) throw new WeirError("uri_too_long");
  if (headers.raw.length / 2 > limits.header_count) throw new WeirError("headers_too_large");
  const length = Number(headers.get("content-length") ?? 0);
  if (limits.body_bytes > 0 && length > limits.body_bytes) throw new WeirError("body_too_large");
}

/**
 * RFC 9112 section 3.2: exactly one valid Host, but for HTTP/1.0; an absolute target outranks it. An
 * empty one names no origin (RFC 9110 section 4.2.1).
 */
function readHost(headers: HeaderList, authority: string, httpVersion: string): string {
  const hosts = headers.all("host");
  if (hosts.length > 1) throw new WeirError("bad_host", "more than one Host field");
  if (hosts.length === 0 && httpVersion !== "1.0") throw new WeirError("bad_host", "no Host field");
  const [named = ""] = hosts;
  if (named === "" && authority === "" && httpVersion !== "1.0")
    throw new WeirError("bad_host", "empty Host field");
  const host = named === "" ? "" : validAuthority(named);
  return authority === "" ? host : validAuthority(authority);
}

function validAuthority(text: string): string {
  const authority = normalAuthority(text);
  if (authority === null) throw new WeirError("bad_host", "Host is not a valid authority");
  return authority;
}
