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

/** What `paths.allow` lets through inside a segment, and some services read as its end. */
const SEGMENT_END = /%2F|;/;

/**
 * `patterns` are those of routes: ":name" hides a segment, "*" keeps any, "**" at the end hides all the rest.
 * A pattern holds for all paths that begin with it, whatever the case of their letters, since a
 * service may read more spellings as one than weir does. For the same reason all is hidden from the first segment on
 * that a service may end earlier, where a pattern may hold for what it reads then. null: nothing is to be hidden.
 */
export function createPathRedaction(patterns: readonly string[]): PathRedaction | null {
  if (patterns.length === 0) return null;
  const compiled = patterns.map(compile);
  const redacted = (path: string, hidden: Set<string>): string => {
    const segments = path.split("/");
    const fitting = compiled.filter(({ parts }) => begins(segments, parts));
    const unclear = SEGMENT_END.test(path) ? unclearFrom(segments, compiled) : segments.length;
    if (fitting.length === 0 && unclear === segments.length) return path;
    return segments
      .map((segment, at) => {
        const isHidden = at >= unclear || fitting.some((pattern) => hides(pattern, at));
        if (segment === "" || !isHidden) return segment;
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

/** The first segment that may have several ends, where a pattern goes on beyond it; else the number of segments. */
function unclearFrom(segments: readonly string[], patterns: readonly Pattern[]): number {
  const at = segments.findIndex((segment) => SEGMENT_END.test(segment));
  const before = segments.slice(0, at);
  const [first = ""] = segments[at]?.split(SEGMENT_END) ?? [];
  // Nothing before a slash is no segment, where doubled slashes are merged.
  const read = first === "" ? [] : [first];
  const mayFit = patterns.some(({ parts }) => {
    return parts.length > at && begins([...before, ...read], parts.slice(0, at + read.length));
  });
  return mayFit ? at : segments.length;
}
