// One normal form for a request target, made once; route, policy, upstream and row all see it.
import { WeirError } from "../core/errors.ts";

export interface Target {
  /** Normal form: begins with "/", no dot segments, no doubled slashes, minimal percent-encoding. */
  readonly path: string;
  /** As sent, without "?"; "" where there is none. */
  readonly query: string;
  /** Host of an absolute-form target, which outranks the Host field (RFC 9112 section 3.2.2); else "". */
  readonly authority: string;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#@\\]+)([/?].*)?$/i;
/** Characters a query may have (RFC 3986 section 3.4), and those browsers send raw; no space, no control. */
const QUERY = /^[\x21\x24-\x7e\x22]*$/;
/** Path characters that need no thought: pchar without "%", and the slash. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]+$/;
/** A path to be looked at again: dot segments or doubled slashes. */
const SUSPECT_SEGMENTS = /\/\/|\/\.\.?(?:[/;]|$)/;
/** Java servers cut ";x" off a segment, so that "..;x" climbs there and nowhere else. */
const DOTS_WITH_PARAMETER = /\/\.\.?;/;
const PERCENT = /%([0-9A-Fa-f]{2})?/g;
const UNRESERVED = /[A-Za-z0-9\-._~]/;
const HEX = 16;

/**
 * Reads a request target of origin-form, absolute-form or asterisk-form (RFC 9112 section 3.2).
 * @throws WeirError malformed_request for what is no target, ambiguous_path for a path that
 * different servers read differently (encoded slashes, backslashes, control characters, dots with a
 * parameter, a climb above the root).
 */
export function readTarget(raw: string, method: string): Target {
  if (raw.startsWith("/")) return split(raw, "");
  if (raw === "*" && method === "OPTIONS") return { path: "*", query: "", authority: "" };
  const absolute = ABSOLUTE_FORM.exec(raw);
  if (absolute === null)
    throw new WeirError("malformed_request", "request target has no known form");
  const rest = absolute[2] ?? "/";
  return split(rest.startsWith("?") ? `/${rest}` : rest, absolute[1] ?? "");
}

function split(raw: string, authority: string): Target {
  const mark = raw.indexOf("?");
  const query = mark < 0 ? "" : raw.slice(mark + 1);
  if (!QUERY.test(query))
    throw new WeirError("malformed_request", "query has a forbidden character");
  return { path: normalizePath(mark < 0 ? raw : raw.slice(0, mark)), query, authority };
}

/** RFC 3986 section 6.2.2: case and percent-encoding normalized, dot segments removed. */
function normalizePath(raw: string): string {
  const decoded = PLAIN_PATH.test(raw) ? raw : decodeUnreserved(raw);
  if (!SUSPECT_SEGMENTS.test(decoded)) return decoded;
  if (DOTS_WITH_PARAMETER.test(decoded)) throw ambiguous("dots with a parameter");
  return resolveSegments(decoded);
}

function decodeUnreserved(raw: string): string {
  const decoded = raw.replace(PERCENT, (triplet, hex: string | undefined) => {
    if (hex === undefined) throw ambiguous("a percent sign without two hex digits");
    return decodeTriplet(triplet.toUpperCase(), Number.parseInt(hex, HEX));
  });
  if (/[^\x21-\x7e]|[\\#"<>^`{|}]/.test(decoded))
    throw ambiguous("a character that must be encoded");
  return decoded;
}

function decodeTriplet(triplet: string, code: number): string {
  const character = String.fromCharCode(code);
  if (code < 0x20 || code === 0x7f) throw ambiguous("an encoded control character");
  if (character === "/" || character === "\\") throw ambiguous("an encoded slash");
  return UNRESERVED.test(character) ? character : triplet;
}

/** RFC 3986 section 5.2.4, with doubled slashes merged and no climbing above the root. */
function resolveSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/");
  for (const segment of segments.slice(1)) {
    if (segment === "..") {
      if (kept.pop() === undefined) throw ambiguous("a climb above the root");
    } else if (segment !== "." && segment !== "") kept.push(segment);
  }
  const last = segments.at(-1);
  const directory = last === "" || last === "." || last === "..";
  return `/${kept.join("/")}${directory && kept.length > 0 ? "/" : ""}`;
}

function ambiguous(what: string): WeirError {
  return new WeirError("ambiguous_path", `path has ${what}`);
}
