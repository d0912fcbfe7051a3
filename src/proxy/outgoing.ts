// Builds the head of one upstream request; the only place that can, so every rule holds for each attempt.
import { foldedName } from "../core/folded-name.ts";
import type { HeaderList } from "../core/header-list.ts";
import type { Identity } from "../core/identity.ts";
import { remembering } from "../core/remembering.ts";
import type { UpstreamRequest } from "../upstream/upstream.ts";
import type { Exchange, RequestHead } from "./exchange.ts";
import { appendForwarded } from "../core/forwarded.ts";
import { editFields } from "./header-edit.ts";
import { hopByHop, isHopByHop } from "./hop-by-hop.ts";
import { countHop } from "./max-forwards.ts";
import type { RouteOptions } from "./options.ts";
import type { RoutedRequest } from "./route.ts";

/** What a snapshot fixes about upstream requests. */
export interface OutgoingRules {
  /**
   * Whether a field (lower case) is never passed on: identity, credentials, propagation, forwarding, and
   * what only looks like a field that was decided on, as some upstreams would read it in its place.
   */
  readonly isDropped: (name: string) => boolean;
  /** The same of a trailer (folded), and what was decided on: some upstreams add trailers to the fields. */
  readonly isDroppedTrailer: (name: string) => boolean;
  /** Whether routes or policy read a field (lower case), so that Connection can't take it away. */
  readonly isDecidedOn: (name: string) => boolean;
  readonly pseudonym: string;
  /** Whether a field is one only weir may set, or a credential it took. */
  readonly isReserved: (name: string) => boolean;
  /** Credentials (lower case) that this route's service gets all the same. */
  readonly passedCredentials: (route: RouteOptions) => ReadonlySet<string>;
  /** The fields that tell the upstream who was verified. */
  readonly identityFields: (identity: Identity) => readonly string[];
}

/** Fields this file writes itself or that end here. */
const REWRITTEN: ReadonlySet<string> = new Set([
  "host",
  "via",
  "expect",
  "content-length",
  "trailer",
  "http2-settings",
  "forwarded",
  "x-real-ip",
  // CGI makes HTTP_PROXY of it, which many programs take for the proxy of their own requests.
  "proxy",
  // Frameworks take these for the target's path, host or scheme, or for the client's address.
  "x-rewrite-url",
  "x-host",
  "x-http-host-override",
  "x-url-scheme",
  "front-end-https",
  "client-ip",
  "x-client-ip",
  "x-cluster-client-ip",
]);
/** The same, and who is calling, in the words of many gateways. */
const TOLD_BY_GATEWAYS = /^x-(?:forwarded|original)-/;

type FieldRules = Pick<OutgoingRules, "isDropped" | "isDroppedTrailer" | "isDecidedOn">;

/** Joins what this file owns with what propagation, identity, and routes and policy (`decidedOn`, lower case) do. */
export function createFieldRules(
  propagated: ReadonlySet<string>,
  isReserved: (name: string) => boolean,
  decidedOn: ReadonlySet<string>,
): FieldRules {
  const decidedNames = new Set([...decidedOn].map(foldedName));
  const isDecidedOn = (name: string): boolean => decidedOn.has(name);
  const isDropped = remembering((name) => {
    const read = foldedName(name);
    return (
      REWRITTEN.has(read) ||
      TOLD_BY_GATEWAYS.test(read) ||
      isHopByHop(read) ||
      propagated.has(read) ||
      isReserved(name) ||
      (decidedNames.has(read) && !isDecidedOn(name))
    );
  });
  return {
    isDropped,
    isDroppedTrailer: (name) => isDropped(name) || decidedNames.has(name),
    isDecidedOn,
  };
}

/** What differs from attempt to attempt. */
export interface OutgoingAttempt {
  /** The span that is the upstream's parent. */
  readonly spanId: string;
  /** Origin of the endpoint. */
  readonly url: string;
}

/** One attempt's request. */
export function buildOutgoing(
  exchange: Exchange,
  routed: RoutedRequest,
  { spanId, url }: OutgoingAttempt,
): UpstreamRequest {
  const { head, match, path } = routed;
  const { options } = match.route;
  // The host that route and policy saw: an absolute-form target outranks the Host field.
  const headers: string[] = ["Host", head.host === "" ? new URL(url).host : head.host];
  copyFields(headers, exchange, options);
  appendFraming(headers, head);
  if (exchange.expectsContinue && !exchange.continued && head.body !== "none")
    headers.push("Expect", "100-continue");
  appendVia(headers, head, exchange.snapshot.outgoing.pseudonym);
  appendForwarded(headers, head.client, exchange.snapshot.outgoing.pseudonym);
  exchange.snapshot.propagation.inject(exchange.trace, spanId, headers);
  for (const text of exchange.snapshot.outgoing.identityFields(exchange.record.identity))
    headers.push(text);
  countHop(exchange, headers);
  return {
    method: head.method,
    target: head.query === "" ? path : `${path}?${head.query}`,
    headers: editFields(headers, options.request_headers),
    body: head.body,
    upgrade: exchange.downstream.head.upgrade,
    timeouts: match.route.timeouts,
  };
}

function copyFields(into: string[], exchange: Exchange, route: RouteOptions): void {
  const { raw, names } = exchange.headers;
  const { isDropped, isDecidedOn, passedCredentials } = exchange.snapshot.outgoing;
  const passed = passedCredentials(route);
  const ends = hopByHop(exchange.headers);
  for (let at = 0; at < names.length; at++) {
    const name = names[at] ?? "";
    if (ends(name) && !isDecidedOn(name)) continue;
    if (isDropped(name) && !passed.has(name)) continue;
    into.push(raw[at * 2] ?? "", raw[at * 2 + 1] ?? "");
  }
}

function appendFraming(headers: string[], head: RequestHead): void {
  const length = head.headers.get("content-length");
  if (head.body === "length" && length !== undefined) headers.push("Content-Length", length);
  if (acceptsTrailers(head.headers)) headers.push("TE", "trailers", "Connection", "TE");
  if (head.body !== "chunked") return;
  const trailer = head.headers.joined("trailer");
  if (trailer !== undefined) headers.push("Trailer", trailer);
}

/** RFC 9110 section 10.1.4. */
function acceptsTrailers(headers: HeaderList): boolean {
  const te = headers.joined("te");
  return te !== undefined && /(?:^|,)\s*trailers\s*(?:[,;]|$)/i.test(te);
}

/** RFC 9110 section 7.6.3: a gateway adds itself to every request it forwards. */
function appendVia(headers: string[], head: RequestHead, pseudonym: string): void {
  const before = head.headers.joined("via");
  const own = `${head.httpVersion} ${pseudonym}`;
  headers.push("Via", before === undefined ? own : `${before}, ${own}`);
}
