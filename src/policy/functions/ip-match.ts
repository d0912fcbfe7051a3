// ipMatch: whether an address is another one, or in a CIDR block (RFC 4632, RFC 4291).
import { isIP, isIPv4 } from "node:net";

export type AddressTest = (address: string) => boolean;

/** For a pattern that addressFault accepted. The test throws for what is no address. */
export function addressTest(pattern: string): AddressTest {
  const [written = "", bits] = pattern.split("/");
  const network = bytesOf(written);
  if (bits === undefined) return (address) => isSame(network, bytesOf(checked(address)));
  const mask = maskOf(network.length, Number(bits));
  return (address) => isInside(bytesOf(checked(address)), network, mask);
}

function checked(address: string): string {
  if (isIP(address) !== 0 && !address.includes("%")) return address;
  // Not which one: errors are logged, and it may be a field that holds a secret.
  throw new Error("ipMatch: the request's value is not an IP address");
}

type Bytes = readonly number[];

const IPV6_WORDS = 8;

/** 4 or 16. */
function bytesOf(address: string): Bytes {
  if (isIPv4(address)) return address.split(".").map(Number);
  const [head = "", tail] = address.split("::");
  const before = wordsOf(head);
  const after = wordsOf(tail ?? "");
  const zeros = Array.from({ length: IPV6_WORDS - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((word) => [word >> 8, word & 0xff]);
}

/** The last may be an IPv4 address, which is two. */
function wordsOf(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((word) => {
    if (!word.includes(".")) return Number.parseInt(word, 16);
    const [a = 0, b = 0, c = 0, d = 0] = word.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function maskOf(length: number, bits: number): Bytes {
  return Array.from({ length }, (_, at) => {
    const ones = Math.min(8, Math.max(0, bits - at * 8));
    return 0xff & ~(0xff >> ones);
  });
}

/** An IPv4 address is also the IPv6 one that ends in it, compatible (::) or mapped (::ffff:). */
function isSame(one: Bytes, other: Bytes): boolean {
  if (one.length === other.length) return one.every((byte, at) => byte === other[at]);
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const [high = 0, low = 0] = long.slice(10, 12);
  const isCompatible = long.slice(0, 10).every((byte) => byte === 0);
  const isMapped = (high === 0 && low === 0) || (high === 0xff && low === 0xff);
  return isCompatible && isMapped && short.every((byte, at) => byte === long[12 + at]);
}

/** Casbin takes an IPv4 address as a mapped one in an IPv6 block, and never the other way round. */
function isInside(address: Bytes, network: Bytes, mask: Bytes): boolean {
  if (address.length > network.length) return false;
  const shift = network.length - address.length;
  return network.every((byte, at) => {
    const bits = mask[at] ?? 0;
    const own = at >= shift ? (address[at - shift] ?? 0) & bits : MAPPED[at];
    return own === (byte & bits);
  });
}

const MAPPED: Bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
