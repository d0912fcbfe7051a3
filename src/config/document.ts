// YAML text to plain values, with the line of every key kept, and with limits on hostile input.
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Pair, YAMLError, YAMLMap } from "yaml";
import { lineNestedBeyond } from "../core/open-brackets.ts";
import type { Finding, KeyPath } from "./fault.ts";

/** Deeper than any real config; keeps walks off the end of the stack. */
const MAX_DEPTH = 32;
/** Brackets open at once, strings and comments counted in; the parser recurses on each. */
const MAX_BRACKETS = 256;
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

const NO_MERGE = "merge keys (<<) are not supported; write the keys out, or alias a whole value";

/** The parser's own words may quote the text, and the text may hold a secret. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab cannot indent YAML; use spaces",
  BAD_INDENT: "the indentation fits no level above; align it, or close the bracket before it",
  MISSING_CHAR: "a bracket, brace, quote or comma is missing",
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a ":" missing?',
  MULTIPLE_DOCS: "only one YAML document is allowed; remove the ---",
  BAD_ALIAS: 'a value that begins with * must be in quotes, such as "*"',
  BAD_SCALAR_START: "a value that begins with @, % or ` must be in quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": " must be in quotes',
  UNEXPECTED_TOKEN: "a bracket, quote or comma is too many or in the wrong place",
  TAG_RESOLVE_FAILED: "tags (!name) are not supported; remove the tag",
};

export function parseYaml(text: string): ParseResult {
  const deep = lineNestedBeyond(MAX_BRACKETS, text);
  if (deep > 0) return rejected(deep, "nested too deeply");
  const lines = new LineCounter();
  try {
    const document = parsed(text, lines);
    const errors = [...document.errors, ...document.warnings];
    if (errors.length > 0) return { ok: false, faults: syntaxFaults(errors, lines) };
    return readDocument(document, lines);
  } catch (thrown) {
    // The parser recurses on nested blocks, too, and ends its stack.
    if (thrown instanceof RangeError) return rejected(1, "nested too deeply");
    throw thrown;
  }
}

/** Each fault is an Error to the parser; where they come by the ten thousand, their traces take most of the time. */
function parsed(text: string, lineCounter: LineCounter): Document {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function readDocument(document: Document, lines: LineCounter): ParseResult {
  const root = document.contents;
  if (!isMap(root)) {
    const line = lineAt(startOf(root) ?? 0, lines);
    return rejected(line, "must be a mapping of keys to values, such as listen: ...");
  }
  const findings: Finding[] = [];
  const unusable = findUnusable(root, [], { document, findings });
  if (unusable !== null)
    return rejected(lineAt(startOf(unusable.node) ?? 0, lines), unusable.message);
  const aliases = `aliases stand for more than ${MAX_ALIASES} nodes, or for themselves`;
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (containsItself(value, new Set())) return rejected(1, aliases);
    const offsetOf = createLocator(document);
    const lineOf = (path: KeyPath): number => lineAt(offsetOf(path), lines);
    return { ok: true, document: { root: value, lineOf, findings } };
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown;
    return rejected(1, aliases);
  }
}

interface Scan {
  readonly document: Document;
  readonly findings: Finding[];
}

interface Unusable {
  readonly node: unknown;
  readonly message: string;
}

/** What makes a document unreadable, or null; keys written twice go to `findings`. */
function findUnusable(node: unknown, path: KeyPath, scan: Scan): Unusable | null {
  if (path.length > MAX_DEPTH) return { node, message: `nested deeper than ${MAX_DEPTH} levels` };
  if (isAlias(node) && node.resolve(scan.document) === undefined) {
    return { node, message: "the alias names no anchor before it" };
  }
  if (isMap(node)) return findUnusableKey(node, path, scan);
  if (!isSeq(node)) return null;
  for (const [at, item] of node.items.entries()) {
    const unusable = findUnusable(item, [...path, at], scan);
    if (unusable !== null) return unusable;
  }
  return null;
}

function findUnusableKey(map: YAMLMap, path: KeyPath, scan: Scan): Unusable | null {
  const seen = new Set<string>();
  for (const { key, value } of map.items) {
    const name = keyText(key);
    if (name === null) return { node: key, message: "a key must be a plain word" };
    if (name === "<<") return { node: key, message: NO_MERGE };
    const here = [...path, name];
    if (seen.has(name)) scan.findings.push({ path: here, message: "is written twice; remove one" });
    seen.add(name);
    const unusable = findUnusable(value, here, scan);
    if (unusable !== null) return unusable;
  }
  return null;
}

function containsItself(value: unknown, ancestors: Set<object>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (ancestors.has(value)) return true;
  ancestors.add(value);
  const found = Object.values(value).some((item) => containsItself(item, ancestors));
  ancestors.delete(value);
  return found;
}

/** Finds where the deepest written part of a path begins; for a key written twice, the last. */
function createLocator(document: Document): (path: KeyPath) => number {
  const indexes = new WeakMap<YAMLMap, Map<string | null, Pair>>();
  const child = (node: unknown, step: string | number): Place | null => {
    if (isSeq(node)) return { key: node.items[Number(step)], value: node.items[Number(step)] };
    if (!isMap(node)) return null;
    const index = indexes.get(node) ?? new Map(node.items.map((pair) => [keyText(pair.key), pair]));
    indexes.set(node, index);
    return index.get(String(step)) ?? null;
  };
  return (path) => {
    let node: unknown = document.contents;
    let offset = startOf(node) ?? 0;
    for (const step of path) {
      const place = child(isAlias(node) ? node.resolve(document) : node, step);
      if (place === null) break;
      offset = startOf(place.key) ?? offset;
      node = place.value;
    }
    return offset;
  };
}

interface Place {
  readonly key: unknown;
  readonly value: unknown;
}

/** A key's text; null for what no config key can be. */
function keyText(key: unknown): string | null {
  const value = isScalar(key) ? key.value : null;
  if (typeof value === "string") return value === "__proto__" ? null : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function lineAt(offset: number, lines: LineCounter): number {
  return Math.max(1, lines.linePos(offset).line);
}

/** The first error of each line: the rest of a line only follows from it. */
function syntaxFaults(errors: readonly YAMLError[], lines: LineCounter): SyntaxFault[] {
  const byLine = new Map<number, SyntaxFault>();
  for (const { code, pos } of errors) {
    const line = lineAt(pos[0], lines);
    const message = SYNTAX_MESSAGES[code] ?? "is not valid YAML here";
    if (!byLine.has(line)) byLine.set(line, { line, message });
  }
  return [...byLine.values()].sort((a, b) => a.line - b.line);
}

function rejected(line: number, message: string): ParseResult {
  return { ok: false, faults: [{ line, message }] };
}
