// What a route's host and path patterns may look like, checked before any request meets them.
import { isIP } from "node:net";
import { messageOf } from "../core/errors.ts";
import { hostName } from "../core/host-name.ts";
import { normalPath, PATH_FORMS, type PathForm } from "../core/normal-path.ts";

/** Unreserved and sub-delims of RFC 3986 section 3.3, and whole percent-encoded octets. */
const LITERAL = /^(?:[A-Za-z0-9\-._~!$&'()+,;=@]|%[0-9A-Fa-f]{2})+$/;
const PARAMETER = /^:[A-Za-z_]\w*$/;
const DOTS = /^\.\.?$/;

/** Its host in the normal form requests have theirs in; null for what is no host pattern. */
export function normalHostPattern(pattern: string): string | null {
  if (pattern === "*") return pattern;
  if (!pattern.startsWith("*.")) return hostName(pattern);
  const name = hostName(pattern.slice(2));
  return name === null || name.startsWith("[") || isIP(name) !== 0 ? null : `*.${name}`;
}

/** Why this is no path pattern where requests may have the forms in `allowed`; null where it is one. */
export function pathPatternProblem(
  pattern: string,
  allowed: readonly PathForm[] = PATH_FORMS,
): string | null {
  if (!pattern.startsWith("/")) return "must begin with /";
  const segments = pattern.split("/").slice(1);
  const problems = segments.map(
    (segment, at) =>
      segmentProblem(segment, at === segments.length - 1) ?? normalityProblem(segment, allowed),
  );
  return problems.find((found) => found !== null) ?? repeatedParameter(segments);
}

/** Why this rewrite does not fit its pattern; null where it does. */
export function rewriteProblem(rewrite: string, pattern: string): string | null {
  const problem = pathPatternProblem(rewrite);
  if (problem !== null) return problem;
  const given = new Set(pattern.split("/"));
  for (const segment of rewrite.split("/")) {
    if (segment === "*") return 'must not use "*", which has no name; use ":name" in both';
    const named = segment === "**" || segment.startsWith(":");
    if (named && !given.has(segment)) return `uses "${segment}", which match.path does not have`;
  }
  return null;
}

/** Patterns of one shape match the same paths, whatever their parameters are called. */
export function patternShape(pattern: string): string {
  return pattern
    .split("/")
    .map((segment) => (segment.startsWith(":") ? "*" : segment))
    .join("/");
}

function segmentProblem(segment: string, last: boolean): string | null {
  if (segment === "**") return last ? null : 'has "**" before its end; it matches all the rest';
  if (segment === "") return last ? null : "has an empty segment, which no request path has";
  if (segment === "*" || PARAMETER.test(segment)) return null;
  if (DOTS.test(segment)) return "has a dot segment, which no request path has";
  if (segment.startsWith(":")) return "has a parameter whose name is not letters, digits and _";
  return literalProblem(segment);
}

function literalProblem(segment: string): string | null {
  if (/[^!-~]/.test(segment)) {
    return "has a character that must be percent-encoded, as requests send it";
  }
  if (!LITERAL.test(segment)) return 'has a segment that is neither literal, ":name", "*" nor "**"';
  return encodingProblem(segment);
}

/** Request paths are matched in their normal form (RFC 3986 section 6.2.2), so only that can match. */
function encodingProblem(segment: string): string | null {
  for (const [triplet] of segment.matchAll(/%../g)) {
    const character = decodedByte(triplet);
    if (/[\\\p{Cc}]/u.test(character)) return `has ${triplet}, which no request path may have`;
    if (/[\w\-.~]/.test(character))
      return `has ${triplet}; write ${character}, as paths are normalized`;
    if (triplet !== triplet.toUpperCase()) return `has ${triplet}; write ${triplet.toUpperCase()}`;
  }
  return null;
}

function normalityProblem(segment: string, allowed: readonly PathForm[]): string | null {
  try {
    normalPath(`/${segment}`, allowed);
    return null;
  } catch (thrown) {
    return `has ${segment}, which no request path may have: ${messageOf(thrown)}`;
  }
}

/** As ASCII; bytes beyond it are of characters that stay encoded. */
function decodedByte(triplet: string): string {
  const byte = Number.parseInt(triplet.slice(1), 16);
  return byte < 0x80 ? String.fromCharCode(byte) : "";
}

function repeatedParameter(segments: readonly string[]): string | null {
  const names = segments.filter((segment) => segment.startsWith(":"));
  return new Set(names).size === names.length ? null : "has the same parameter twice";
}
