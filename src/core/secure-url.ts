// Which URLs weir asks for keys and verdicts: TLS all the way, or a service on the same machine.
import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** The URL where it is https:, or http: to loopback, and holds neither user nor fragment; else null. */
export function secureUrl(text: string): URL | null {
  const url = /\s/.test(text) ? null : URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return null;
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && isLoopback(url.hostname) ? url : null;
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  const version = isIP(host);
  if (version === 0) return host === "localhost";
  return LOOPBACK.check(host, version === 6 ? "ipv6" : "ipv4");
}
