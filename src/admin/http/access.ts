// Who asks: a token or a certificate beyond loopback, no rebound names, no pages of other sites.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { ListenAddress } from "../../config/config.ts";
import { isLoopback } from "../../core/loopback.ts";
import type { TlsFacts } from "../../core/peer-certificate.ts";
import type { FailureLimits } from "../../identity/failure-limits.ts";
import type { Caller, KnownCallers } from "./callers.ts";
import { Problem } from "./problem.ts";

export interface AccessRules {
  readonly listen: ListenAddress;
  /** Those of the config in force, as are all that follow. */
  readonly callers: () => KnownCallers;
  readonly limits: () => Pick<FailureLimits, "take" | "giveBack">;
  /** DNS names of the admin side's own certificate, wildcards as "*.example.org". */
  readonly names: () => readonly string[];
  /** null: not encrypted. */
  readonly tlsOf: (request: IncomingMessage) => TlsFacts | null;
  /** The client's address, behind proxies that the config trusts. */
  readonly sourceOf: (request: IncomingMessage) => string;
}

/** Throws Problem where the request may not ask. */
export type Access = (request: IncomingMessage) => Caller;

/** Who can reach loopback can read the config as well. */
const LOCAL: Caller = { name: "", role: "owner", kind: "local", issuer: "" };

/** Somebody else stands behind these, whoever the connection comes from. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"] as const;

export function createAccess(rules: AccessRules): Access {
  return (request) => {
    const tls = rules.tlsOf(request);
    refuseOtherSites(request, tls !== null);
    const byToken = callerByToken(request, rules);
    if (byToken !== undefined) return byToken;
    // What a browser gives by itself, to any page: the name it was asked by must be ours.
    const found = callerByCertificate(tls, rules);
    const caller = "fault" in found && isLocal(request) ? LOCAL : found;
    if ("fault" in caller) throw needsToken(caller.fault);
    refuseReboundName(request, rules);
    return caller;
  };
}

/** Beyond loopback each try counts as a failure until it is none: nobody learns more from one that is not made. */
function callerByToken(
  request: IncomingMessage,
  { callers, limits, sourceOf }: AccessRules,
): Caller | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const given = /^Bearer +(?<token>\S+) *$/i.exec(authorization)?.groups;
  const known = callers().byToken(given?.["token"] ?? "");
  if (isLocal(request)) return known;
  const address = sourceOf(request);
  const waitS = limits().take(address);
  if (waitS > 0) throw tooMany(waitS);
  if (known === undefined) throw needsToken("it is none that is known here");
  limits().giveBack(address, "");
  return known;
}

/** A fault says why the certificate lets nobody in; empty where there is none. */
function callerByCertificate(
  tls: TlsFacts | null,
  { callers }: AccessRules,
): Caller | { readonly fault: string } {
  const certificate = tls?.certificate() ?? null;
  if (certificate === null) return { fault: "" };
  const found = callers().byCertificate(certificate);
  return "fault" in found ? { fault: `the client certificate ${found.fault}` } : found;
}

function needsToken(why: string): Problem {
  const what =
    "beyond loopback, send Authorization: Bearer and a token of the config's admin section, or over TLS a client certificate of admin.certificates";
  return new Problem("unauthenticated", why === "" ? what : `${why}; ${what}`, {
    headers: { "www-authenticate": 'Bearer realm="weir admin"' },
  });
}

function tooMany(waitS: number): Problem {
  return new Problem("too_many_failures", `try again in ${waitS} s`, {
    headers: { "retry-after": String(waitS) },
  });
}

function isLocal({ socket, headers }: IncomingMessage): boolean {
  return isLoopback(socket.remoteAddress ?? "") && FORWARDED.every((name) => !(name in headers));
}

/** A page whose own name was made to point at loopback (DNS rebinding) still says that name here. */
function refuseReboundName(request: IncomingMessage, { listen, names }: AccessRules): void {
  const name = hostName(authorityOf(request));
  if (isIP(name) !== 0 || name === "localhost" || name === listen.host.toLowerCase()) return;
  const wildcard = name.replace(/^[^.]+/, "*");
  if (name !== "" && names().some((each) => each === name || each === wildcard)) return;
  throw new Problem("misdirected", "ask by an IP address, as localhost or by a name of admin.tls");
}

/** An absolute target counts, not the Host beside it (RFC 9112 section 3.2.2); two Hosts name nobody. */
function authorityOf({ url = "", headersDistinct }: IncomingMessage): string {
  const { host = [] } = headersDistinct;
  const target = /^[a-z][a-z\d+.-]*:\/\/(?<authority>[^/?#]*)/i.exec(url)?.groups;
  return host.length > 1 ? "" : (target?.["authority"] ?? host[0] ?? "");
}

/** Host without port and brackets (RFC 9110 section 7.2). */
function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, "")
    .replace(/^\[(?<address>.*)\]$/, "$<address>");
}

/** Browsers say where a request comes from; other clients say nothing, and mean it. */
function refuseOtherSites({ method, headers }: IncomingMessage, isSecure: boolean): void {
  const site = headers["sec-fetch-site"];
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  const isRead = method === "GET" || method === "HEAD";
  // A link to here is a navigation; a page that fetches from here is not.
  const isFollowed = isRead && headers["sec-fetch-mode"] === "navigate";
  if ((isOwn || isFollowed) && (isRead || isOwnOrigin(headers, isSecure))) return;
  throw new Problem("cross_site", "only weir's own pages may do this from a browser");
}

function isOwnOrigin({ origin, host }: IncomingMessage["headers"], isSecure: boolean): boolean {
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  // Without TLS here, a proxy in front may have ended it.
  const isScheme = url?.protocol === "https:" || (url?.protocol === "http:" && !isSecure);
  return isScheme && url.host === host?.toLowerCase();
}
