// Adds a case to the text of a cases file, and leaves every other character of it as it is.
import { isDeepStrictEqual } from "node:util";
import { Document, isNode, isSeq, type Range, visit } from "yaml";
import { faultText } from "../source.ts";
import type { FieldsOf } from "./case-context.ts";
import type { NewCase } from "./new-case.ts";
import type { PolicyCase } from "./policy-case.ts";
import { readCases } from "./read-cases.ts";
import { readYaml } from "./yaml-nodes.ts";

export interface CasesText {
  /** Empty where the file is yet to be made. */
  readonly text: string;
  readonly file: string;
  readonly fieldsOf: FieldsOf;
  /** What decided the request; "" where the model has one only. */
  readonly context: string;
}

export type CaseAdded =
  | {
      readonly ok: true;
      readonly text: string;
      readonly added: PolicyCase;
      /** The case alone, to be copied. */
      readonly yaml: string;
    }
  | { readonly ok: false; readonly reason: "exists" | "unusable"; readonly message: string };

/** What comes of it is read again before it is given: the cases from before, and this one. */
export function addCase(before: CasesText, asked: NewCase): CaseAdded {
  const wanted = { ...asked, context: before.context };
  const fault = fieldsFault(before, wanted);
  if (fault !== "") return { ok: false, reason: "unusable", message: fault };
  const cases = casesIn(before);
  if (typeof cases === "string") return { ok: false, reason: "unusable", message: cases };
  const clash = clashOf(cases, wanted);
  if (clash !== null) return { ok: false, reason: "exists", message: clash };
  const fresh = { ...wanted, name: freeName(cases, wanted.name) };
  const yaml = yamlOf(fresh);
  const text = insert(before.text, yaml);
  const after = text === null ? [] : casesIn({ ...before, text });
  const added = typeof after === "string" ? undefined : after.find((each) => isSame(each, fresh));
  if (text !== null && added !== undefined && after.length === cases.length + 1) {
    return { ok: true, text, added, yaml };
  }
  const message = `${before.file}: the case can't be added to a file of this form; add it by hand:\n${yaml}`;
  return { ok: false, reason: "unusable", message };
}

type Wanted = NewCase & Pick<PolicyCase, "context">;

function fieldsFault({ fieldsOf }: CasesText, { request: { length }, context }: Wanted): string {
  const fields = fieldsOf(context);
  if (typeof fields === "string") return fields;
  if (fields.length === length) return "";
  return `another model decided it: its request has ${length} values, this model's r ${fields.length} (${fields.join(", ")})`;
}

/** None where the file is empty but for comments; or why it can't be read. */
function casesIn({ text, file, fieldsOf }: CasesText): readonly PolicyCase[] | string {
  if (readYaml(text, () => undefined)?.root === null) return [];
  const read = readCases(text, file, fieldsOf);
  return read.ok
    ? read.cases
    : `nothing is added to a faulty file: ${read.faults.map(faultText)[0]}`;
}

/** A case without a context is run in that of the place. */
function clashOf(cases: readonly PolicyCase[], { request, context }: Wanted): string | null {
  const asked = JSON.stringify(request);
  const same = cases.find(
    (each) => ["", context].includes(each.context) && JSON.stringify(each.request) === asked,
  );
  if (same === undefined) return null;
  const { file, line, name, expect } = same;
  return `${file}:${line}: "${name}" tests this request already, and expects ${expect}`;
}

function freeName(cases: readonly PolicyCase[], name: string): string {
  const names = new Set(cases.map((each) => each.name));
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name} (${number})`;
  return free;
}

function isSame(added: PolicyCase, wanted: Wanted): boolean {
  return isDeepStrictEqual({ ...added, ...wanted }, added);
}

const ON_ONE_LINE = {
  lineWidth: 0,
  flowCollectionPadding: false,
  doubleQuotedMinMultiLineLength: Infinity,
} as const;

/** As people write it: an item of a block, with the request on one line. */
function yamlOf({ name, context, request, expect, rule }: Wanted): string {
  const chosen = context === "" ? {} : { context };
  const decided = rule === null ? {} : { rule };
  const document = new Document([{ name, ...chosen, request, expect, ...decided }]);
  const values: unknown = document.getIn([0, "request"]);
  if (isSeq(values)) values.flow = true;
  // Else a line end would be one, and lost in the indentation.
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && /\p{C}/u.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString(ON_ONE_LINE);
}

/** Below the last case, indented as it is, or as the first one of the file; null where the list is no block. */
function insert(text: string, yaml: string): string | null {
  const place = placeIn(text);
  if (place === null) return null;
  const { at, indent, head } = place;
  const lines = `${head}${yaml.replace(/^(?=.)/gm, indent)}`;
  const before = text.slice(0, at);
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  const added = `${gap}${lines}`;
  return before + (text.includes("\r\n") ? added.replaceAll("\n", "\r\n") : added) + text.slice(at);
}

interface Place {
  readonly at: number;
  readonly indent: string;
  /** What must stand above the first case. */
  readonly head: string;
}

function placeIn(text: string): Place | null {
  const nodes = readYaml(text, () => undefined);
  const list = nodes?.entries(nodes.root)?.find(({ key }) => key === "cases");
  if (list === undefined) return { at: text.length, indent: "  ", head: "cases:\n" };
  const last = nodes?.items(list.value)?.at(-1);
  return isNode(last) && last.range ? placeBelow(text, last.range) : null;
}

function placeBelow(text: string, [start, end]: Range): Place | null {
  const lineStart = text.lastIndexOf("\n", start) + 1;
  const indent = /^(?<indent> *)- /.exec(text.slice(lineStart, start))?.groups?.["indent"];
  if (indent === undefined) return null;
  const lineEnd = text.indexOf("\n", text.slice(0, end).trimEnd().length);
  return { at: lineEnd < 0 ? text.length : lineEnd + 1, indent, head: "" };
}
