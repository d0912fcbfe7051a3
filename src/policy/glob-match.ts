// globMatch: shell patterns over path segments, as minimatch reads them without options.

export type GlobTest = (text: string) => boolean;

type SegmentTest = (segment: string) => boolean;

/** For a pattern that globFault accepted: at most one ** and one * a segment, plain classes only. */
export function globTest(pattern: string): GlobTest {
  // Casbin's own rewriting of what minimatch would not take.
  const taken = pattern.startsWith("*/") ? pattern.slice(1) : pattern;
  if (taken.startsWith("#")) return () => false;
  if (taken === "") return (text) => text === "";
  const [signs = ""] = /^!*/.exec(taken) ?? [];
  const matches = pathTest(taken.slice(signs.length));
  return signs.length % 2 === 0 ? matches : (text) => !matches(text);
}

function pathTest(pattern: string): GlobTest {
  const segments = pattern.split(/\/+/);
  const star = segments.indexOf("**");
  if (star < 0) {
    const tests = segments.map(segmentTest);
    return (text) => endsHere(text.split(/\/+/), tests);
  }
  const head = segments.slice(0, star).map(segmentTest);
  const tail = segments.slice(star + 1).map(segmentTest);
  return (text) => {
    const path = text.split(/\/+/);
    if (path.length < head.length + tail.length || !holdsAt(path, head, 0)) return false;
    return withoutHead(path.slice(head.length), tail);
  };
}

/** A slash at the end of the text is not looked at. */
function endsHere(path: readonly string[], tests: readonly SegmentTest[]): boolean {
  if (path.length < tests.length || !holdsAt(path, tests, 0)) return false;
  return path.length === tests.length || (path.length === tests.length + 1 && path.at(-1) === "");
}

function holdsAt(path: readonly string[], tests: readonly SegmentTest[], from: number): boolean {
  return tests.every((test, at) => test(path[from + at] ?? ""));
}

/** ** takes any segments that do not begin with a dot, none only where something is left behind it. */
function withoutHead(path: readonly string[], tail: readonly SegmentTest[]): boolean {
  let end = path.length - tail.length;
  if (!holdsAt(path, tail, end)) {
    if (path.at(-1) !== "" || end === 0) return false;
    end -= 1;
    if (!holdsAt(path, tail, end)) return false;
  }
  const taken = path.slice(0, end);
  return taken.every((segment) => !segment.startsWith(".")) && (end > 0 || tail.length > 0);
}

/** What stands for any character: a star, a question mark, a class. */
const MAGIC = /[*?[]/;

function segmentTest(pattern: string): SegmentTest {
  if (!MAGIC.test(pattern)) return (segment) => segment === pattern;
  const source = pattern.replace(/\*+|\?|\[[^\]]*\]|[^]/gu, sourceOf);
  const expression = new RegExp(`^${source}$`);
  const isAll = /^\*+$/.test(pattern);
  const hidden = pattern.startsWith(".");
  return (segment) => {
    if (hidden ? segment === "." || segment === ".." : segment.startsWith(".")) return false;
    return isAll ? segment !== "" : expression.test(segment);
  };
}

function sourceOf(part: string): string {
  if (part.startsWith("*")) return "[^/]*";
  if (part === "?") return "[^/]";
  if (part.startsWith("[")) return part.replace("[!", "[^");
  return part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
