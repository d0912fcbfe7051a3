// YAML text to plain values, with the line of every key kept, and with limits on hostile input.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import type { Finding, KeyPath } from "./fault.ts";

/** Deeper than any real config; keeps walks off the end of the stack. */
const MAX_DEPTH = 32;
/** Nodes that aliases may stand for, so that no small text becomes a large config. */
const MAX_ALIASES = 100;

export interface ParsedDocument {
  readonly root: unknown;
  /** The 1-based line of a key or list item; of its nearest parent where it is not written. */
  readonly lineOf: (path: KeyPath) => number;
  readonly findings: readonly Finding[];
}

export interface SyntaxFault {
  readonly line: number;
  readonly message: string;
}

export type ParseResult =
  | { readonly ok: true; readonly document: ParsedDocument }
  | { readonly ok: false; readonly faults: readonly SyntaxFault[] };

/** The parser's own words may quote the text, and the text may hold a secret. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab cannot indent YAML; use spaces",
  BAD_ALIAS: "the alias names no anchor before it",
  BAD_INDENT: "the indentation fits no level above; align it with its siblings",
  MISSING_CHAR: "a bracket, brace, quote or comma is missing",
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a ":" missing?',
  MULTIPLE_DOCS: "only one YAML document is allowed; remove the ---",
  TAG_RESOLVE_FAILED: "tags (!name) are not supported; remove the tag",
};

export function parseYaml(text: string): ParseResult {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: "silent",
    });
    const errors = [...document.errors, ...document.warnings];
    if (errors.length > 0) return { ok: false, faults: errors.map((e) => syntaxFault(e, lines)) };
    return readDocument(document, lines);
  } catch (thrown) {
    // The parser is recursive: a wall of brackets ends its stack.
    if (thrown instanceof RangeError) return rejected(1, "nested too deeply");
    throw thrown;
  }
}

function readDocument(document: Document, lines: LineCounter): ParseResult {
  const root = document.contents;
  if (!isMap(root)) {
    const line = lineAt(rangeStart(root) ?? 0, lines);
    return rejected(line, "must be a mapping of keys to values, such as listen: ...");
  }
  const findings: Finding[] = [];
  if (!checkNode(root, [], findings)) return rejected(1, `nested deeper than ${MAX_DEPTH} levels`);
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    const lineOf = (path: KeyPath): number => lineAt(offsetOf(document, path), lines);
    return { ok: true, document: { root: value, lineOf, findings } };
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown;
    return rejected(1, `aliases stand for more than ${MAX_ALIASES} nodes, or for themselves`);
  }
}

/** Duplicate and unusable keys; false where the nesting is too deep. Aliases are not followed. */
function checkNode(node: unknown, path: KeyPath, findings: Finding[]): boolean {
  if (path.length > MAX_DEPTH) return false;
  if (isSeq(node)) return node.items.every((item, at) => checkNode(item, [...path, at], findings));
  if (!isMap(node)) return true;
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = keyText(pair.key);
    if (key === null || key === "__proto__") {
      findings.push({ path, message: "has a key that is not a plain word" });
      continue;
    }
    const here = [...path, key];
    if (seen.has(key)) findings.push({ path: here, message: "is written twice; remove one" });
    seen.add(key);
    if (!checkNode(pair.value, here, findings)) return false;
  }
  return true;
}

/** Where the deepest written part of a path begins; for a key written twice, the last. */
function offsetOf(document: Document, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => keyText(key) === String(step));
      if (pair === undefined) break;
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = rangeStart(node) ?? offset;
    } else break;
  }
  return offset;
}

function keyText(key: unknown): string | null {
  const value = isScalar(key) ? key.value : null;
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function rangeStart(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)
    ? node.range?.[0]
    : undefined;
}

function lineAt(offset: number, lines: LineCounter): number {
  return Math.max(1, lines.linePos(offset).line);
}

function syntaxFault(
  error: { readonly code: string; readonly pos: readonly [number, number] },
  lines: LineCounter,
): SyntaxFault {
  const message = SYNTAX_MESSAGES[error.code] ?? "is not valid YAML here";
  return { line: lineAt(error.pos[0], lines), message };
}

function rejected(line: number, message: string): ParseResult {
  return { ok: false, faults: [{ line, message }] };
}
