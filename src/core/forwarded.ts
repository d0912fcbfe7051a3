// Who the client is behind trusted proxies, and the Forwarded fields that say so upstream (RFC 7239).
import { isIP } from "node:net";
import { createBlockTest } from "./address-blocks.ts";
import type { HeaderList } from "./header-list.ts";
import { isLoopback } from "./loopback.ts";
import { remembering } from "./remembering.ts";

export interface ForwardedOptions {
  /** CIDR blocks of proxies in front of weir whose Forwarded and X-Forwarded-* are believed. */
  readonly trusted: readonly string[];
  /** Name put into Via and Forwarded's "by". */
  readonly pseudonym: string;
}

export interface ClientFacts {
  /** The nearest address not of a trusted proxy, without brackets or port. */
  readonly address: string;
  readonly scheme: string;
  /** Host as the client named it to the first trusted proxy. */
  readonly host: string;
  /** Addresses from the client on, ending with the peer: what X-Forwarded-For will say. */
  readonly chain: readonly string[];
}

export interface Hop {
  /** Address of the TCP peer. */
  readonly peer: string;
  readonly scheme: string;
  readonly host: string;
  readonly headers: HeaderList;
}

const MAX_CHAIN = 32;
const SCHEME = /^https?$/;
const FORWARDED_HOST = /^[\w.\-:[\]]+$/;
/** Parts between commas, and between semicolons, that are not within quotes (RFC 7239 section 4). */
const ELEMENTS = /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g;
const PAIRS = /(?:[^;"]|"(?:\\.|[^"\\])*"?)+/g;
const IPV4_MAPPED = "::ffff:";

/** Whether a peer's connections may be those of many clients: a trusted proxy's, or of a program of this machine. */
export function createProxyTest({ trusted }: ForwardedOptions): (peer: string) => boolean {
  const isTrusted = createBlockTest(trusted);
  return (peer) => isLoopback(peer) || isTrusted(plainAddress(peer));
}

/** Compiles the trusted proxies once; the returned function reads one request. */
export function createForwarded(options: ForwardedOptions): (hop: Hop) => ClientFacts {
  const isTrusted = createBlockTest(options.trusted);
  const plainPeer = remembering(plainAddress);
  return (hop) => {
    const peer = plainPeer(hop.peer);
    if (options.trusted.length === 0 || !isTrusted(peer)) {
      return { address: peer, scheme: hop.scheme, host: hop.host, chain: [peer] };
    }
    return behindProxies({ ...hop, peer }, isTrusted);
  };
}

function behindProxies(hop: Hop, isTrusted: (address: string) => boolean): ClientFacts {
  const { peer, headers } = hop;
  const told = tellsForwarded(headers) ? fromForwarded(headers) : fromXForwarded(headers);
  const kept = believable(told.addresses, isTrusted);
  const { scheme, host } = told.firstOfLast(kept.length);
  const chain = [...kept, peer];
  return {
    address: chain.find((address) => !isTrusted(address)) ?? chain[0] ?? peer,
    scheme: SCHEME.test(scheme) ? scheme : hop.scheme,
    host: FORWARDED_HOST.test(host) ? host : hop.host,
    chain,
  };
}

/** What proxies in front say, unchecked. */
interface Told {
  readonly addresses: readonly string[];
  /** As the first of the last `count` proxies saw them; empty strings where none says anything. */
  readonly firstOfLast: (count: number) => { readonly scheme: string; readonly host: string };
}

/**
 * One family of fields is read, never parts of both: the other may be the client's own words. Where
 * both name addresses it is X-Forwarded-*, since a proxy that writes only one of the two, and passes
 * the other on as it came, most often writes those.
 */
function tellsForwarded(headers: HeaderList): boolean {
  return headers.has("forwarded") && !headers.has("x-forwarded-for");
}

function fromXForwarded(headers: HeaderList): Told {
  const scheme = listOf(headers.joined("x-forwarded-proto")).at(-1) ?? "";
  const host = listOf(headers.joined("x-forwarded-host")).at(-1) ?? "";
  return {
    addresses: listOf(headers.joined("x-forwarded-for")).map(plainAddress),
    firstOfLast: () => ({ scheme, host }),
  };
}

/** Elements to the left of those that are believed are the client's own words. */
function fromForwarded(headers: HeaderList): Told {
  const elements = forwardedElements(headers.joined("forwarded") ?? "");
  return {
    addresses: elements.map((element) => plainAddress(element.get("for") ?? "")),
    firstOfLast: (count) => {
      const last = elements.slice(-Math.max(1, count));
      const first = (name: string): string =>
        last.find((element) => element.has(name))?.get(name) ?? "";
      return { scheme: first("proto"), host: first("host") };
    },
  };
}

/** From the right, as long as each was told by a trusted proxy; the first untrusted one is the client. */
function believable(told: readonly string[], isTrusted: (address: string) => boolean): string[] {
  const kept: string[] = [];
  for (const address of told.slice(-MAX_CHAIN).reverse()) {
    if (isIP(address) === 0) break;
    kept.unshift(address);
    if (!isTrusted(address)) break;
  }
  return kept;
}

function forwardedElements(value: string): Map<string, string>[] {
  return (value.match(ELEMENTS) ?? []).map((element) => {
    const pairs = (element.match(PAIRS) ?? []).map((pair) => {
      const equals = pair.indexOf("=");
      const quoted = pair.slice(equals + 1).trim();
      return [
        pair.slice(0, equals).trim().toLowerCase(),
        quoted.replace(/^"(.*)"$/, "$1"),
      ] as const;
    });
    return new Map(pairs);
  });
}

function listOf(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value.split(",").map((item) => item.trim());
}

/** Without brackets, port, zone and IPv4-mapping: "[2001:db8::1]:4711" is "2001:db8::1". */
function plainAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  if (bracketed !== undefined) return plainAddress(bracketed);
  const zone = text.indexOf("%");
  if (zone >= 0) return text.slice(0, zone);
  if (text.startsWith(IPV4_MAPPED)) return text.slice(IPV4_MAPPED.length);
  const port = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1];
  return port ?? text;
}

/** Appends X-Forwarded-*, Forwarded and Via for one upstream request to a flat header array. */
export function appendForwarded(headers: string[], facts: ClientFacts, pseudonym: string): void {
  headers.push("X-Forwarded-For", facts.chain.join(", "));
  headers.push("X-Forwarded-Proto", facts.scheme);
  if (facts.host !== "") headers.push("X-Forwarded-Host", facts.host);
  headers.push("Forwarded", forwardedValue(facts, pseudonym));
}

function forwardedValue(facts: ClientFacts, pseudonym: string): string {
  const { chain, scheme, host } = facts;
  const [only = ""] = chain;
  if (chain.length === 1 && !only.includes(":") && host !== "")
    return `for=${only};host="${host}";proto=${scheme};by=_${pseudonym}`;
  const elements = chain.map(
    (address) => `for=${isIP(address) === 6 ? `"[${address}]"` : address}`,
  );
  if (host !== "") elements[0] += `;host="${host}"`;
  elements[0] += `;proto=${scheme}`;
  elements[elements.length - 1] += `;by=_${pseudonym}`;
  return elements.join(", ");
}
