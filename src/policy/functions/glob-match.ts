// globMatch: shell patterns over path segments, as minimatch reads them without options.
import { boundedRegex } from "./bounded-regex.ts";
import { withoutBraces } from "./glob-braces.ts";

export type GlobTest = (text: string) => boolean;

type SegmentTest = (segment: string) => boolean;

/** For a pattern that globFault accepted: at most two **, plain classes and lists in braces only. */
export function globTest(pattern: string): GlobTest {
  // Casbin's own rewriting of what minimatch would not take.
  const taken = pattern.startsWith("*/") ? pattern.slice(1) : pattern;
  if (taken.startsWith("#")) return () => false;
  if (taken === "") return (text) => text === "";
  const [signs = ""] = /^!*/.exec(taken) ?? [];
  const tests = withoutBraces(taken.slice(signs.length)).map(pathTest);
  const matches: GlobTest = (text) => tests.some((test) => test(text));
  return signs.length % 2 === 0 ? matches : (text) => !matches(text);
}

function pathTest(pattern: string): GlobTest {
  const segments = pattern
    .split(/\/+/)
    .filter((each, at, all) => each !== "**" || all[at - 1] !== "**");
  const star = segments.indexOf("**");
  if (star < 0) {
    const tests = segments.map(segmentTest);
    return (text) => endsHere(text.split(/\/+/), tests);
  }
  const last = segments.lastIndexOf("**");
  const head = segments.slice(0, star).map(segmentTest);
  const body = segments.slice(star + 1, last).map(segmentTest);
  const tail = segments.slice(last + 1).map(segmentTest);
  return (text) => {
    const path = text.split(/\/+/);
    if (path.length < head.length + tail.length || !holdsAt(path, head, 0)) return false;
    const rest = path.slice(head.length);
    const end = tailStart(rest, tail);
    if (end < 0) return false;
    return body.length === 0 ? isSwallowed(rest, tail, end) : hasBody(rest, body, end);
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

/** Where the end of a path holds the tail, but for a slash behind it; -1: nowhere. */
function tailStart(path: readonly string[], tail: readonly SegmentTest[]): number {
  const end = path.length - tail.length;
  if (holdsAt(path, tail, end)) return end;
  return path.at(-1) === "" && end > 0 && holdsAt(path, tail, end - 1) ? end - 1 : -1;
}

/** ** takes any segments that do not begin with a dot, none only where something is left behind it. */
function isSwallowed(path: readonly string[], tail: readonly SegmentTest[], end: number): boolean {
  return !path.slice(0, end).some(isHidden) && (end > 0 || tail.length > 0);
}

/** Between two **; with those, minimatch wants no dot behind the body, not even in the tail. */
function hasBody(path: readonly string[], body: readonly SegmentTest[], end: number): boolean {
  const lastHidden = path.findLastIndex(isHidden);
  for (let from = 0; from + body.length <= end; from++) {
    const after = from + body.length;
    if (after > lastHidden && after < path.length && holdsAt(path, body, from)) return true;
    if (isHidden(path[from] ?? "")) return false;
  }
  return false;
}

function isHidden(segment: string): boolean {
  return segment.startsWith(".");
}

/** What stands for any character: a star, a question mark, a class. */
const MAGIC = /[*?[]/;

function segmentTest(pattern: string): SegmentTest {
  if (!MAGIC.test(pattern)) return (segment) => segment === pattern;
  const source = pattern.replace(/\*+|\?|\[[^\]]*\]|[^]/gu, sourceOf);
  const expression = boundedRegex(`^${source}$`);
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
