// What a line looks like without what differs from line to line: SQL that masks it, and the question for lines like it.
import type { LogTable } from "./log-source.ts";
import { SEPARATORS } from "./search-terms.ts";

/** RE2, in this order; a later one sees what the ones before it left. */
const MASKS: readonly (readonly [pattern: string, words: string])[] = [
  [String.raw`[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}`, "<uuid>"],
  [String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`, "<time>"],
  // A member of JSON: its name and its text are what the line says.
  [String.raw`"([A-Za-z_][\w.\-]*)"\s*:\s*"([^"\\]*)"`, String.raw`\1:\2`],
  [String.raw`"([A-Za-z_][\w.\-]*)"\s*:`, String.raw`\1:`],
  [String.raw`"(?:[^"\\]|\\.)*"`, "<text>"],
  [String.raw`[\w.+\-]+@[\w\-]+\.[\w.\-]+`, "<email>"],
  [String.raw`\b(?:0x[0-9a-fA-F]+|[0-9a-fA-F]{12,})\b`, "<id>"],
  [String.raw`\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b`, "<ip>"],
  [String.raw`\d+(?:[.,]\d+)*`, "<n>"],
];

/** Any word: where lines differ in nothing else (merge-patterns.ts). */
export const ANY_WORD = "<*>";

const PLACEHOLDER = /<(?:uuid|time|text|email|id|ip|n|\*)>/;
export const MOST_PATTERN_CHARS = 1024;
/** The first line's begin says what it is; a stack or a document follows. */
const MOST_CHARS = 400;
const MOST_TOKENS = 16;

export function templateOf({ pattern }: LogTable): string {
  const { masked, after } = pattern;
  const start = `substringUTF8(splitByChar('\\n', ${masked})[1], 1, ${MOST_CHARS})`;
  const sql = MASKS.reduce(
    (text, [mask, words]) => `replaceRegexpAll(${text}, ${literal(mask)}, ${literal(words)})`,
    start,
  );
  return after === null ? sql : `concat(${sql}, ${after})`;
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** Whether a line looks so. What is known of its words is asked of the index first. */
export function templateCondition(table: LogTable, pattern: string): string {
  const template = templateOf(table);
  const same = pattern.includes(ANY_WORD)
    ? `match(${template}, {pattern:String})`
    : `${template} = {pattern:String}`;
  const tokens = tokensOf(pattern);
  return tokens.length === 0
    ? same
    : `hasAllTokens(lower(${table.text}), {pattern_tokens:Array(String)}) AND ${same}`;
}

export function templateParams(pattern: string): Readonly<Record<string, unknown>> {
  const tokens = tokensOf(pattern);
  return {
    pattern: pattern.includes(ANY_WORD) ? regexOf(pattern) : pattern,
    ...(tokens.length === 0 ? {} : { pattern_tokens: tokens }),
  };
}

function regexOf(pattern: string): string {
  const fixed = pattern
    .split(ANY_WORD)
    .map((part) => part.replace(/[^A-Za-z0-9\u0080-\u{10ffff}]/gu, "\\$&"));
  return `^${fixed.join(String.raw`\S+`)}$`;
}

/** Words that such a line has as a whole; what touches a placeholder may be part of a longer one. */
function tokensOf(pattern: string): readonly string[] {
  const pieces = pattern.toLowerCase().split(PLACEHOLDER);
  const tokens = pieces.flatMap((piece, at) => {
    const words = piece.split(SEPARATORS);
    const isFirst = at === 0;
    const isLast = at === pieces.length - 1 && pattern.length < MOST_CHARS;
    return words.slice(isFirst ? 0 : 1, isLast ? undefined : -1);
  });
  const sure = tokens.filter((token) => /^[a-z0-9]+$/.test(token));
  return [...new Set(sure)].slice(0, MOST_TOKENS);
}
