// Path patterns that are no more than segments, parameters and a last star, and how those match exactly.
import type { Chars } from "./chars.ts";

/** By character, 1 for those that a pattern's regular expression reads as more than themselves. */
const SPECIAL: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  ".*+?()[]{}|^$\\:".includes(String.fromCharCode(code)) ? 1 : 0,
);

/** A pattern cut into segments: null for any one segment; `tail`: at least one more, of any number. */
export interface PathShape {
  readonly segments: readonly (string | null)[];
  readonly tail: boolean;
  /** Whether `matchesShape` is all there is to it; else a path of this shape may still not match. */
  readonly isExact: boolean;
}

type ReadShape = (pattern: string) => PathShape | null;

const SHAPES: ReadonlyMap<string, ReadShape> = new Map<string, ReadShape>([
  ["keyMatch", prefixShape],
  ["keyMatch2", (pattern) => segmentShape(pattern, isNamed)],
  ["keyMatch3", bracedShape],
  ["keyMatch4", repeatableShape],
  ["keyMatch5", bracedShape],
]);

export function isPathFunction(name: string): boolean {
  return SHAPES.has(name);
}

/** null: a regular expression of its own. */
export function shapeOf(functionName: string, pattern: string): PathShape | null {
  return SHAPES.get(functionName)?.(pattern) ?? null;
}

/** Whether a pattern needs no regular expression. */
export function isExactPath(functionName: string, pattern: string): boolean {
  return shapeOf(functionName, pattern)?.isExact === true;
}

/** What `functionName` looks at: keyMatch5 compares without the query string. */
export function comparedPath(functionName: string, path: string): string {
  const query = functionName === "keyMatch5" ? path.indexOf("?") : -1;
  return query < 0 ? path : path.slice(0, query);
}

/** keyMatch: all up to the first star, which may stand within a segment. */
function prefixShape(pattern: string): PathShape {
  const star = pattern.indexOf("*");
  if (star < 0) return { segments: pattern.split("/"), tail: false, isExact: true };
  // The segment that the prefix ends in may go on, so only those before it are sure.
  const segments = pattern.slice(0, star).split("/").slice(0, -1);
  return { segments, tail: true, isExact: true };
}

function bracedShape(pattern: string): PathShape | null {
  return segmentShape(pattern, isBraced);
}

/** `:name` */
function isNamed(part: string): boolean {
  return part.length > 1 && part.lastIndexOf(":") === 0;
}

/** `{name}` */
function isBraced(part: string): boolean {
  const end = part.length - 1;
  return end > 1 && part.lastIndexOf("{") === 0 && part.indexOf("}") === end;
}

function isLiteral(part: string): boolean {
  for (let at = 0; at < part.length; at++) if (SPECIAL[part.charCodeAt(at)] === 1) return false;
  return true;
}

/** keyMatch4 compares what parameters of one name stand for. */
function repeatableShape(pattern: string): PathShape | null {
  const shape = bracedShape(pattern);
  const names = pattern.match(/\{[^{}]+\}/g) ?? [];
  return shape === null ? null : { ...shape, isExact: new Set(names).size === names.length };
}

/** keyMatch2 to 5: whole-segment parameters and a star as the last segment; all else is no such shape. */
function segmentShape(pattern: string, isParameter: (part: string) => boolean): PathShape | null {
  const segments: (string | null)[] = pattern.split("/");
  const tail = segments.length > 1 && segments.at(-1) === "*";
  if (tail) segments.pop();
  for (let at = 0; at < segments.length; at++) {
    const part = segments[at] ?? "";
    // A parameter is one only behind a slash.
    if (at > 0 && isParameter(part)) segments[at] = null;
    else if (!isLiteral(part)) return null;
  }
  return { segments, tail, isExact: true };
}

const SLASH = 47;
const STAR = 42;
const COLON = 58;
const BRACE = 123;
/** What the dot of a regular expression does not match. */
const LINE_ENDS = /[\n\r\u2028\u2029]/;

/** A pattern of an exact shape as it stands in an image. */
export interface PatternChars {
  readonly chars: Chars;
  readonly from: number;
  readonly to: number;
  readonly functionName: string;
}

/** What casbin's function says, character by character instead of by a regular expression for each pattern. */
export function matchesShape(pattern: PatternChars, path: string): boolean {
  const { chars, from, to } = pattern;
  const isPrefix = pattern.functionName === "keyMatch";
  let at = 0;
  for (let next = from; next < to; next++) {
    const char = chars[next] ?? 0;
    if (char === STAR) return isPrefix || hasNoLineEnd(path, at);
    if (isPrefix || (char !== COLON && char !== BRACE)) {
      if (path.charCodeAt(at++) !== char) return false;
    } else {
      const end = segmentEnd(path, at);
      if (end === at) return false;
      at = end;
      next = parameterEnd(pattern, next) - 1;
    }
  }
  return at === path.length;
}

function hasNoLineEnd(path: string, from: number): boolean {
  return !LINE_ENDS.test(path) || !LINE_ENDS.test(path.slice(from));
}

function parameterEnd({ chars, to }: PatternChars, from: number): number {
  let end = from;
  while (end < to && chars[end] !== SLASH) end += 1;
  return end;
}

function segmentEnd(path: string, from: number): number {
  let end = from;
  while (end < path.length && path.charCodeAt(end) !== SLASH) end += 1;
  return end;
}
