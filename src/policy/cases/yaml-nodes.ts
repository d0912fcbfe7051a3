// YAML as nodes that know their lines, read within bounds: no text makes the parser run for long or fail.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Alias, Document, Node, Pair, Scalar } from "yaml";
import { lineNestedBeyond } from "../../core/open-brackets.ts";
import type { ReportFault } from "../source.ts";
import { MAX_CASES_CHARS } from "./policy-case.ts";

/** The parser recurses on each. */
const MAX_BRACKETS = 64;
/** What costs the parser some microseconds each; 100,000 cases have half as many. */
const MAX_MARKS = 1_000_000;
const MARK = /[[\]{},&*!\n]/g;
/** What costs it ten, each of them a fault to it where many are on a line; 100,000 cases have fewer. */
const MAX_BLOCK_MARKS = 600_000;
const BLOCK_MARK = /[:?'"-](?=\s)/g;

/** Nodes are the parser's own, and `unknown` where nothing stands; each function reports what it refuses. */
export interface YamlNodes {
  readonly root: unknown;
  /** 1-based. */
  readonly line: (node: unknown) => number;
  readonly report: (node: unknown, message: string) => void;
  /** A mapping's values by key, all of them `known`; null where it is none. */
  readonly mapping: (node: unknown, known: readonly string[]) => YamlMapping | null;
  /** A list that is not empty; null where it is none. `what` it is a list of. */
  readonly list: (node: unknown, what: string) => readonly unknown[] | null;
  /** These three report nothing; null where it is none. */
  readonly scalar: (node: unknown) => Scalar | null;
  readonly items: (node: unknown) => readonly unknown[] | null;
  readonly entries: (node: unknown) => readonly YamlEntry[] | null;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyNode: unknown;
  readonly value: unknown;
}

/** What is missing has the mapping itself as its place. */
export interface YamlMapping {
  readonly node: unknown;
  readonly has: (key: string) => boolean;
  readonly get: (key: string) => unknown;
}

/** null where the text can't be read, which is reported. */
export function readYaml(text: string, report: ReportFault): YamlNodes | null {
  const refusal = boundsFault(text);
  if (refusal !== null) return refused(report, refusal);
  const lines = new LineCounter();
  const document = parsed(text, lines);
  if (document === null) return refused(report, { line: 1, message: TOO_DEEP });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    report(lineAt(pos[0]), plainWords(message));
  }
  if (document.errors.length + document.warnings.length > 0) return null;
  const line = (node: unknown): number => lineAt(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  const aliases = aliasesOf(document, (node) => report(line(node), NO_ANCHOR));
  const plain = (node: unknown): unknown => aliases.get(node) ?? node;
  return nodesOf(document.contents, {
    line,
    plain,
    report: (node, message) => report(line(node), message),
  });
}

/** The parser speaks to programmers, and takes the end of its stack for a fault of the text. */
function plainWords(message: string): string {
  if (/call stack|Stack overflow/.test(message)) return TOO_DEEP;
  if (message.startsWith("Source contains multiple documents")) return ONE_DOCUMENT;
  return message.split("\n")[0] ?? "";
}

const ONE_DOCUMENT = "a file is one document; put what is below this line in a file of its own";

interface Refusal {
  readonly line: number;
  readonly message: string;
}

const TOO_DEEP = "nested too deeply";

function refused(report: ReportFault, { line, message }: Refusal): null {
  report(line, message);
  return null;
}

function boundsFault(text: string): Refusal | null {
  if (text.length > MAX_CASES_CHARS) {
    return { line: 0, message: `longer than ${MAX_CASES_CHARS} characters; split it` };
  }
  const line = lineNestedBeyond(MAX_BRACKETS, text);
  if (line > 0) return { line, message: TOO_DEEP };
  if (countOf(MARK, text) <= MAX_MARKS && countOf(BLOCK_MARK, text) <= MAX_BLOCK_MARKS) return null;
  const message = `more than ${MAX_MARKS} lines, commas, brackets, or ${MAX_BLOCK_MARKS} colons, dashes and quotes; split it`;
  return { line: 0, message };
}

function countOf(mark: RegExp, text: string): number {
  let count = 0;
  for (const _ of text.matchAll(mark)) count += 1;
  return count;
}

/** Each fault is an Error to the parser; where they come by the ten thousand, their traces take most of the time. */
function parsed(text: string, lineCounter: LineCounter): Document | null {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch (thrown) {
    // Blocks in blocks need no brackets, and end the stack as well.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const NO_ANCHOR = "the alias names no anchor before it; text that begins with * must be in quotes";

/** What each alias stands for, in one walk: the parser's own look-up walks the document for each. */
function aliasesOf(document: Document, unknown: (alias: Alias) => void): Map<unknown, Node> {
  const anchors = new Map<string, Node>();
  const aliases = new Map<unknown, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target === undefined) unknown(alias);
      else aliases.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return aliases;
}

interface Places extends Pick<YamlNodes, "line" | "report"> {
  /** What an alias stands for. */
  readonly plain: (node: unknown) => unknown;
}

function nodesOf(root: unknown, { line, report, plain }: Places): YamlNodes {
  const scalar: YamlNodes["scalar"] = (node) => {
    const value = plain(node);
    return isScalar(value) ? value : null;
  };
  const items: YamlNodes["items"] = (node) => {
    const value = plain(node);
    return isSeq(value) ? value.items : null;
  };
  const entries: YamlNodes["entries"] = (node) => {
    const value = plain(node);
    return isMap(value) ? value.items.map(entryOf) : null;
  };
  return {
    root,
    line,
    report,
    scalar,
    items,
    entries,
    list(node, what) {
      const found = items(node);
      if (found !== null && found.length > 0) return found;
      report(node, `write a list of ${what}`);
      return null;
    },
    mapping(node, known) {
      const found = entries(node);
      if (found !== null) return mappingOf(found, { node, known, report });
      report(node, `write a mapping with ${known.join(", ")}`);
      return null;
    },
  };
}

interface MappingPlace {
  readonly node: unknown;
  readonly known: readonly string[];
  readonly report: YamlNodes["report"];
}

function mappingOf(
  entries: readonly YamlEntry[],
  { node, known, report }: MappingPlace,
): YamlMapping {
  const values = new Map<string, unknown>();
  for (const { key, keyNode, value } of entries) {
    if (!known.includes(key)) report(keyNode, unknownKey(key, known));
    else if (values.has(key)) report(keyNode, `${key}: is written twice; remove one`);
    // An empty value may have no place of its own.
    values.set(key, value ?? keyNode);
  }
  return { node, has: (key) => values.has(key), get: (key) => values.get(key) ?? node };
}

function entryOf({ key, value }: Pair): YamlEntry {
  return { key: isScalar(key) ? String(key.value) : "", keyNode: key, value };
}

function unknownKey(key: string, known: readonly string[]): string {
  return `${key.slice(0, 50)}: is not known here; write one of ${known.join(", ")}`;
}
