// One normal form for the name of a host, so that no other spelling of it is another host.
import { isIPv4 } from "node:net";

/** A DNS name as hosts have it (RFC 1123 section 2.1), with the "_" of container networks. */
const NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
/** What URL parsers read as an IPv4 address, in whatever base and with however few dots. */
const NUMBER_LAST = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const IPV6 = /^\[[0-9a-f:.]+\]$/;

/**
 * Lower case, without a last dot, IPv6 in brackets and as in RFC 5952; null for what is no host in any
 * server's reading, or another one in some: "127.1", "a..test", "ex%61mple.org".
 */
export function hostName(text: string): string | null {
  const lower = text.toLowerCase();
  if (lower.startsWith("[")) return bracketed(lower);
  const name = lower.endsWith(".") ? lower.slice(0, -1) : lower;
  if (!NAME.test(name)) return null;
  return !NUMBER_LAST.test(name) || isIPv4(name) ? name : null;
}

function bracketed(text: string): string | null {
  return IPV6.test(text) ? (URL.parse(`http://${text}`)?.hostname ?? null) : null;
}
