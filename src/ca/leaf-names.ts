// What a certificate may call its holder: each name is checked before it is signed, a first and any other time.
import { isIP, isIPv6 } from "node:net";
import { CaError } from "./ca-error.ts";
import { spiffeId, spiffePathFault } from "./spiffe-parts.ts";

/** As somebody asks for them. */
export interface AskedNames {
  /** Of its files, and the certificate's common name. */
  readonly name: string;
  /** Of the SPIFFE ID, such as /ns/default/sa/orders. */
  readonly spiffePath: string;
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

export interface LeafNames {
  readonly name: string;
  /** The one URI (X509-SVID section 2). */
  readonly spiffeId: string;
  /** In lower case. */
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

/** RFC 5280 ub-common-name. */
const MAX_NAME_CHARS = 64;
const MAX_NAMES = 100;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** The CA's own files bear this name. */
const TAKEN = "ca";

/** @throws CaError that names what is wrong with which. */
export function leafNames(asked: AskedNames, trustDomain: string): LeafNames {
  const { name, spiffePath, ips } = asked;
  const dns = [...new Set(asked.dns.map((each) => each.toLowerCase()))];
  mustBe("the name", name, leafNameFault(name));
  mustBe("the SPIFFE path", spiffePath, spiffePathFault(spiffePath, trustDomain));
  for (const each of dns) mustBe("the DNS name", each, dnsFault(each));
  for (const each of ips) mustBe("the IP address", each, ipFault(each));
  if (dns.length + ips.length > MAX_NAMES) {
    throw new CaError("bad_name", `more than ${MAX_NAMES} DNS names and addresses; issue several`);
  }
  return { name, spiffeId: spiffeId(trustDomain, spiffePath), dns, ips: [...new Set(ips)] };
}

function mustBe(what: string, value: string, fault: string): void {
  if (fault !== "") throw new CaError("bad_name", `${what} ${quoted(value)} ${fault}`);
}

/** Short, and in ASCII: a look-alike shows, and a terminal obeys nothing of it. */
function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}...` : text;
  return JSON.stringify(shown).replace(
    /[^ -~]/gu,
    (each) => `\\u{${each.codePointAt(0)?.toString(16) ?? ""}}`,
  );
}

function leafNameFault(name: string): string {
  if (name.length > MAX_NAME_CHARS) return `is longer than ${MAX_NAME_CHARS} characters`;
  if (!NAME.test(name)) {
    return "must be letters, digits, ., - and _, and begin with a letter, digit or _";
  }
  return name.toLowerCase() === TAKEN ? "is the name of the CA's own files; take another" : "";
}

/** One "*" may stand for the first label, above two others (RFC 9525 section 6.3). */
function dnsFault(name: string): string {
  if (name.length > 253) return "is longer than 253 characters";
  const labels = name.split(".");
  const isWild = labels[0] === "*";
  const fixed = isWild ? labels.slice(1) : labels;
  if (!fixed.every((label) => LABEL.test(label))) {
    return 'must be letters, digits and - between dots (xn-- beyond ASCII), "*" only as the first of them';
  }
  if (isWild && fixed.length < 2) return 'has a "*" that stands for too much; keep two labels';
  return /^\d+$/.test(fixed.at(-1) ?? "") ? "looks like an address; ask for it with --ip" : "";
}

function ipFault(text: string): string {
  if (isIP(text) === 0) return "is no IP address";
  return isIPv6(text) && text.includes("%") ? "has a zone; leave it out" : "";
}
