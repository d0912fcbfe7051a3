// One line of a rules file by the grammar of casbin's CSV: quotes, brackets, and what is refused.
import { MAX_FIELD_CHARS } from "../limits.ts";
import { DAMAGED, isDamaged } from "../model/damaged-text.ts";

type ReportLine = (message: string) => void;

/** One field: quoted, with "" for a quote, or bare up to the next comma. */
const FIELD = /[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",]*))(,|$)/y;
// Control characters: a lone CR would end the record for casbin's CSV reader.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f\u2028\u2029]/;

/** The trimmed line's type and fields; null where it was reported. */
export function fieldsOfLine(content: string, report: ReportLine): readonly string[] | null {
  const unreadable = textFault(content);
  if (unreadable !== "") return refuse(report, unreadable);
  const cells: string[] = [];
  const scanner = new RegExp(FIELD);
  for (let more = true; more;) {
    const from = scanner.lastIndex;
    const match = scanner.exec(content);
    if (match === null) return refuse(report, quoteAdvice(cells.length + 1, content.slice(from)));
    const [, quoted, bare = "", comma] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? bare.trim());
    more = comma === ",";
  }
  const fields = joinBrackets(cells);
  if (fields === null) return refuse(report, "brackets are not closed; quote such a field");
  for (const field of fields) {
    const fault = fieldFault(field);
    if (fault !== "") return refuse(report, fault);
  }
  return fields;
}

function textFault(content: string): string {
  if (CONTROL.test(content)) return "a control character in a rule";
  return isDamaged(content) ? DAMAGED : "";
}

function refuse(report: ReportLine, message: string): null {
  report(message);
  return null;
}

function quoteAdvice(column: number, rest: string): string {
  if (/^[ \t]*"(?:[^"]|"")*$/.test(rest)) return `column ${column}: a quote is not closed`;
  return `column ${column}: a quote in the middle of a field; quote the whole field and double each quote in it`;
}

/** Casbin joins cells until their round brackets close, and trims what it has joined: (a, b) is one field. */
function joinBrackets(cells: readonly string[]): readonly string[] | null {
  const fields: string[] = [];
  let pending: string[] = [];
  let open = 0;
  for (const cell of cells) {
    for (const character of cell) {
      if (character === "(") open += 1;
      if (character === ")") open -= 1;
    }
    if (open < 0) return null;
    pending.push(cell);
    if (open > 0) continue;
    fields.push(pending.join(",").trim());
    pending = [];
  }
  return open === 0 ? fields : null;
}

function fieldFault(field: string): string {
  if (field === "") return "an empty field; it would match whatever a request leaves out";
  if (field.length > MAX_FIELD_CHARS) return `a field is longer than ${MAX_FIELD_CHARS} characters`;
  if (field.includes('""') || (field.startsWith('"') && field.endsWith('"'))) {
    return "a field that itself begins and ends with quotes is read in two ways";
  }
  if (/\beval\s*\(/.test(field)) {
    return "eval( in a rule is not supported: a rule's condition is checked and has none inside";
  }
  return "";
}
