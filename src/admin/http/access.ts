// Who may ask: the token beyond loopback, no rebound names on loopback, no pages of other sites.
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { ListenAddress } from "../../config/config.ts";
import { Problem } from "./problem.ts";

export interface AccessRules {
  readonly listen: ListenAddress;
  /** Empty: none set. */
  readonly token: string;
}

/** Throws Problem where the request may not ask. */
export type Access = (request: IncomingMessage) => void;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Somebody else stands behind these, whoever the connection comes from. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"] as const;

export function createAccess({ listen, token }: AccessRules): Access {
  const wanted = digest(token);
  const hasToken = (request: IncomingMessage): boolean => {
    const given = /^Bearer +(?<token>\S+) *$/i.exec(request.headers.authorization ?? "")?.groups;
    // Digests, so that neither content nor length shows in the time it takes.
    return token !== "" && timingSafeEqual(digest(given?.["token"] ?? ""), wanted);
  };
  return (request) => {
    refuseOtherSites(request);
    if (hasToken(request)) return;
    if (!isLocal(request)) throw needsToken();
    refuseReboundName(request, listen.host);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function needsToken(): Problem {
  return new Problem(
    "unauthenticated",
    "beyond loopback, send Authorization: Bearer <admin.token>",
    {
      headers: { "www-authenticate": 'Bearer realm="weir admin"' },
    },
  );
}

export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(plain);
  return family !== 0 && LOOPBACK.check(plain, family === 6 ? "ipv6" : "ipv4");
}

function isLocal({ socket, headers }: IncomingMessage): boolean {
  return isLoopback(socket.remoteAddress ?? "") && FORWARDED.every((name) => !(name in headers));
}

/** A page whose own name was made to point at loopback (DNS rebinding) still says that name here. */
function refuseReboundName({ headers }: IncomingMessage, listenHost: string): void {
  const name = hostName(headers.host ?? "");
  if (isIP(name) !== 0 || name === "localhost" || name === listenHost.toLowerCase()) return;
  throw new Problem("misdirected", "ask by an IP address or as localhost");
}

/** Host without port and brackets (RFC 9110 section 7.2). */
function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, "")
    .replace(/^\[(?<address>.*)\]$/, "$<address>");
}

/** Browsers say where a request comes from; other clients say nothing, and mean it. */
function refuseOtherSites({ method, headers }: IncomingMessage): void {
  const site = headers["sec-fetch-site"];
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  const isRead = method === "GET" || method === "HEAD";
  // A link to here is a navigation; a page that fetches from here is not.
  const isFollowed = isRead && headers["sec-fetch-mode"] === "navigate";
  if ((isOwn || isFollowed) && (isRead || isOwnOrigin(headers))) return;
  throw new Problem("cross_site", "only weir's own pages may do this from a browser");
}

function isOwnOrigin({ origin, host }: IncomingMessage["headers"]): boolean {
  return origin === undefined || URL.parse(origin)?.host === host?.toLowerCase();
}
