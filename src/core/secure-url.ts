// Which URLs weir asks for keys and verdicts: TLS all the way, or a service on the same machine.
import { isLoopback } from "./loopback.ts";

/** The URL where it is https:, or http: to loopback, and holds neither user nor fragment; else null. */
export function secureUrl(text: string): URL | null {
  const url = /\s/.test(text) ? null : URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return null;
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && isLocal(url.hostname) ? url : null;
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""));
}
