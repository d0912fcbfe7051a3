// Who asks: a token beyond loopback, no rebound names on loopback, no pages of other sites.
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { AdminRole, AdminToken, ListenAddress } from "../../config/config.ts";
import { Problem } from "./problem.ts";

export interface AccessRules {
  readonly listen: ListenAddress;
  /** The owner's; empty: none set. */
  readonly token: string;
  readonly tokens: readonly AdminToken[];
}

export interface Caller {
  /** Of the token; empty on loopback without one, where nobody says who it is. */
  readonly name: string;
  readonly role: AdminRole;
}

/** Throws Problem where the request may not ask. */
export type Access = (request: IncomingMessage) => Caller;

/** Who can reach loopback can read the config as well. */
const LOCAL: Caller = { name: "", role: "owner" };

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Somebody else stands behind these, whoever the connection comes from. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"] as const;

export function createAccess({ listen, token, tokens }: AccessRules): Access {
  const owner = { token, name: "admin.token", role: "owner" } as const;
  const known = [owner, ...tokens]
    .filter((each) => each.token !== "")
    .map((each) => ({ wanted: digest(each.token), name: each.name, role: each.role }));
  const callerOf = (request: IncomingMessage): Caller | undefined => {
    const given = /^Bearer +(?<token>\S+) *$/i.exec(request.headers.authorization ?? "")?.groups;
    // Digests, so that neither content nor length shows in the time it takes.
    const seen = digest(given?.["token"] ?? "");
    return known.find(({ wanted }) => timingSafeEqual(seen, wanted));
  };
  return (request) => {
    refuseOtherSites(request);
    const caller = callerOf(request);
    if (caller !== undefined) return { name: caller.name, role: caller.role };
    if (!isLocal(request)) throw needsToken();
    refuseReboundName(request, listen.host);
    return LOCAL;
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function needsToken(): Problem {
  return new Problem(
    "unauthenticated",
    "beyond loopback, send Authorization: Bearer and a token of the config's admin section",
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
function refuseReboundName(request: IncomingMessage, listenHost: string): void {
  const name = hostName(authorityOf(request));
  if (isIP(name) !== 0 || name === "localhost" || name === listenHost.toLowerCase()) return;
  throw new Problem("misdirected", "ask by an IP address or as localhost");
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
