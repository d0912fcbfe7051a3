// Hides the parts of paths that are secrets, such as the token of a link to reset a password.

export interface PathRedaction {
  /** Segments that a pattern names become "-". */
  readonly path: (path: string) => string;
  /** Of a path that was rewritten: what a pattern hides in it, and whatever was hidden in the original. */
  readonly rewritten: (rewritten: string, original: string) => string;
}

/** What stands in a row in place of a secret. */
export const REDACTED = "-";

/** A segment as it must be, in lower case; or any, to be kept or to be hidden. */
type Part = string | typeof KEPT | typeof HIDDEN;
const KEPT = Symbol("kept");
const HIDDEN = Symbol("hidden");

interface Pattern {
  readonly parts: readonly Part[];
  /** Everything after them is hidden. */
  readonly hidesRest: boolean;
}

/**
 * `patterns` are those of routes: ":name" hides a segment, "*" keeps any, "**" at the end hides all the rest.
 * A pattern holds for all paths that begin with it, whatever the case of their letters, since a
 * service may read more spellings as one than weir does. null: nothing is to be hidden.
 */
export function createPathRedaction(patterns: readonly string[]): PathRedaction | null {
  if (patterns.length === 0) return null;
  const compiled = patterns.map(compile);
  const redacted = (path: string, hidden: Set<string>): string => {
    const segments = path.split("/");
    const fitting = compiled.filter(({ parts }) => begins(segments, parts));
    if (fitting.length === 0) return path;
    return segments
      .map((segment, at) => {
        if (segment === "" || !fitting.some((pattern) => hides(pattern, at))) return segment;
        hidden.add(segment);
        return REDACTED;
      })
      .join("/");
  };
  return {
    path: (path) => redacted(path, new Set()),
    rewritten: (rewritten, original) => {
      const hidden = new Set<string>();
      redacted(original, hidden);
      const segments = redacted(rewritten, hidden).split("/");
      return segments.map((each) => (hidden.has(each) ? REDACTED : each)).join("/");
    },
  };
}

function compile(pattern: string): Pattern {
  const segments = pattern.split("/");
  const hidesRest = segments.at(-1) === "**";
  if (hidesRest) segments.pop();
  const parts = segments.map((segment): Part => {
    if (segment === "*") return KEPT;
    return segment.startsWith(":") ? HIDDEN : segment.toLowerCase();
  });
  return { parts, hidesRest };
}

function hides({ parts, hidesRest }: Pattern, at: number): boolean {
  return at < parts.length ? parts[at] === HIDDEN : hidesRest;
}

function begins(segments: readonly string[], parts: readonly Part[]): boolean {
  if (segments.length < parts.length) return false;
  return parts.every(
    (part, at) => typeof part === "symbol" || part === segments[at]?.toLowerCase(),
  );
}
