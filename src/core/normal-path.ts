// The one normal form of a path, or that there is none because servers read it in more than one way.
import { WeirError } from "./errors.ts";

/** What servers read differently, and a config may let through. */
export const PATH_FORMS = ["encoded_slash", "semicolon"] as const;
export type PathForm = (typeof PATH_FORMS)[number];
/** As a normal form has them. */
const WRITTEN: Readonly<Record<PathForm, string>> = { encoded_slash: "%2F", semicolon: ";" };
const NONE: readonly PathForm[] = [];

/** Segments without a dot: a normal form at one look, as most are. */
const PLAIN_SEGMENTS = /^(?:\/[A-Za-z0-9\-_~!$&'()*+,=:@]+)+$/;
/** Path characters that need no thought: pchar without "%" and ";", and the slash. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,=:@/]+$/;
/** Java servers cut ";x" off a segment; browsers write "/" for a backslash. */
const MUST_BE_ENCODED = /[^\x21-\x7e]|[\\#"<>^`{|};]/;
const PERCENT = /%([0-9A-Fa-f]{2})?/g;
/**
 * RFC 3986 has "%3A" and ":" for two paths, and nearly all services for one: a rule on one spelling must
 * hold for both. Not "+", which some read as a blank where it is raw; nor ";".
 */
const READ_ALIKE = /[A-Za-z0-9\-._~!$&'()*,=:@]/;
const HEX = 16;

/** What is left of a name where "%2F" separates, or what follows ";" is cut off: a dot at its end, or nothing. */
const TORN_NAME = /\.(?:%2F|;)|(?:\/|%2F);/;

/**
 * What tears a decoded path apart in some server: matrix parameters, Windows' separator, names cut at
 * a control character, a second decoding, blanks that Windows drops at a name's end.
 */
const TORN = /[\\;\p{Cc}\p{Zl}\p{Zp}]|%(?:[0-9a-f]{2}|u[0-9a-f]{4})| (?:\/|$)/iu;
/** What Windows writes as a slash or backslash when it fits a path to a code page. */
const SLASH_LIKE = /[\u2044\u2215\u2216]/;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * Of a path that begins with "/" and has no query: no dot segments, no doubled slashes, minimal
 * percent-encoding in capitals (RFC 3986 section 6.2.2; of delimiters, too). It is its own normal form. The forms in `allowed` stay
 * as they are, inside their segment; all read the segments before the first of them alike.
 * @throws WeirError ambiguous_path for a path that different servers read differently; SECURITY.md has
 * the table.
 */
export function normalPath(raw: string, allowed: readonly PathForm[] = NONE): string {
  if (PLAIN_SEGMENTS.test(raw)) return raw;
  const decoded = PLAIN_PATH.test(raw) ? raw : decodeAlike(raw, allowed);
  return isSuspect(decoded) ? resolveSegments(decoded) : decoded;
}

/** Doubled slashes, dot segments, segments that end in a dot; searches for texts are quicker than one pattern. */
function isSuspect(path: string): boolean {
  return path.includes("//") || path.includes("./") || path.endsWith(".");
}

function decodeAlike(raw: string, allowed: readonly PathForm[]): string {
  const path = raw.replace(PERCENT, (triplet, hex: string | undefined) => {
    if (hex === undefined) throw ambiguous("a percent sign without two hex digits");
    const character = String.fromCharCode(Number.parseInt(hex, HEX));
    return READ_ALIKE.test(character) ? character : triplet.toUpperCase();
  });
  const apart = allowed.length === 0 ? path : separated(path, allowed);
  if (MUST_BE_ENCODED.test(apart)) throw ambiguous("a character with a meaning of its own");
  if (apart.includes("%")) checkReadings(apart);
  return path;
}

/** With a slash in place of each allowed form, since what must hold of a name beside one must hold beside the other. */
function separated(path: string, allowed: readonly PathForm[]): string {
  let apart = path;
  for (const form of allowed) apart = apart.replaceAll(WRITTEN[form], "/");
  if (apart !== path && TORN_NAME.test(path)) throw ambiguous("no clear name before %2F or ;");
  return apart;
}

/**
 * A server may decode the whole path, and fold its characters to compatible ones (Unicode's NFKC: a
 * full-width slash becomes a slash). Neither may give it other segments.
 */
function checkReadings(path: string): void {
  const text = decode(path);
  if (SLASH_LIKE.test(text)) throw ambiguous("a character that is read as a slash");
  checkReading(path, text);
  if (!ASCII.test(text)) checkReading(path, text.normalize("NFKC"));
}

function checkReading(path: string, read: string): void {
  if (TORN.test(read)) throw ambiguous("an encoded character with a meaning of its own");
  if (structureOf(read) !== structureOf(path)) throw ambiguous("an encoded slash or dot");
}

/** How many slashes, and dots at the end of a segment. */
function structureOf(path: string): number {
  let marks = path.endsWith(".") ? 1 : 0;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    marks += path[at - 1] === "." ? 2 : 1;
  }
  return marks;
}

/** Overlong forms, surrogates and what is past U+10FFFF are no UTF-8 (RFC 3629 section 3). */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw ambiguous("encoded bytes that are no UTF-8");
  }
}

/**
 * RFC 3986 section 5.2.4, with doubled slashes merged. Climbing over one of those leads elsewhere where
 * they are merged first.
 */
function resolveSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/");
  for (const segment of segments.slice(1)) {
    if (segment === "..") climb(kept);
    else if (segment !== ".") kept.push(checkEnd(segment));
  }
  const last = segments.at(-1);
  const directory = last === "" || last === "." || last === "..";
  const named = kept.filter((segment) => segment !== "");
  return `/${named.join("/")}${directory && named.length > 0 ? "/" : ""}`;
}

function climb(kept: string[]): void {
  const left = kept.pop();
  if (left === undefined) throw ambiguous("a climb above the root");
  if (left === "") throw ambiguous("a climb over a doubled slash");
  if (left.includes(WRITTEN.encoded_slash)) throw ambiguous("a climb over an encoded slash");
}

/** Windows and old .NET drop dots there; after "%2F" they may be a dot segment. */
function checkEnd(segment: string): string {
  if (segment.endsWith(".")) throw ambiguous("a segment that ends in a dot");
  return segment;
}

function ambiguous(what: string): WeirError {
  return new WeirError("ambiguous_path", `path has ${what}`);
}
