// A panel from its file: the header, the query, and whether the two say the same.
import { readonlyFault, statementFault, tokensOf } from "../embedded/statement.ts";
import { readHeader } from "./header.ts";
import { type DashboardFault, type Panel, type PanelSums, WINDOW } from "./panel.ts";
import { MACRO_NAMES } from "./rollup.ts";

export type PanelParse =
  | { readonly ok: true; readonly panel: Panel }
  | { readonly ok: false; readonly faults: readonly DashboardFault[] };

/** A file as text, and how it is called. */
export interface DashboardText {
  /** Without the file's ending. */
  readonly name: string;
  /** As it is shown to people. */
  readonly file: string;
  readonly text: string;
}

export function parsePanel({ name, file, text }: DashboardText): PanelParse {
  const faults: DashboardFault[] = [];
  const report = (line: number, message: string): void => void faults.push({ file, line, message });
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex((line) => !line.startsWith("--"));
  const first = end < 0 ? lines.length : end;
  const { parameterLines, ...header } = readHeader(lines.slice(0, first), report);
  // Blank instead of the header, so that the store counts lines as the file has them.
  const sums = lines.findIndex((line) => SUMS.test(line));
  const between = (from: number, to: number): string =>
    lines
      .map((line, at) => (at < from || at >= to ? "" : line.trimEnd()))
      .join("\n")
      .trimEnd();
  const sql = between(first, sums < 0 ? lines.length : sums);
  const panel = {
    ...header,
    name,
    file,
    sql,
    sums: sumsOf(lines[sums], between(sums + 1, lines.length)),
  };
  checkQuery(panel.sql, first + 1, report);
  if (panel.sums !== null) checkQuery(panel.sums.sql, sums + 2, report);
  checkExcept(panel, sums + 1, report);
  checkParameters(panel, parameterLines, report);
  if (faults.length === 0) return { ok: true, panel };
  return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
}

/** Between the query of the rows and that of the sums. */
const SUMS = /^-- from sums(?:, but for (?<except>[\w, ]+))?$/;

function sumsOf(line: string | undefined, sql: string): PanelSums | null {
  if (line === undefined) return null;
  const { except = "" } = SUMS.exec(line)?.groups ?? {};
  return { sql, except: except.split(/[, ]+/).filter((name) => name !== "") };
}

type Report = (line: number, message: string) => void;

function checkExcept({ sums, parameters }: Panel, line: number, report: Report): void {
  for (const name of sums?.except ?? []) {
    if (!parameters.has(name)) report(line, `from sums: ${name} is no parameter of this panel`);
  }
}

function checkQuery(sql: string, firstLine: number, report: Report): void {
  const tokens = tokensOf(sql.replaceAll(/\{\{\w+\}\}/g, "macro"));
  if (tokens.length === 0) return report(firstLine, "query: is missing; write one SELECT");
  const fault = statementFault(tokens) ?? readonlyFault(tokens);
  if (fault !== null) report(firstLine, `query: ${fault}`);
  for (const { 0: whole, 1: name = "", index } of sql.matchAll(/\{\{(?<name>\w*)\}\}/g)) {
    if (MACRO_NAMES.includes(name)) continue;
    report(lineAt(sql, index), `query: ${whole} is none of {{${MACRO_NAMES.join("}}, {{")}}}`);
  }
}

/** What the query takes and what the header says must be the same. */
function checkParameters(
  panel: Panel,
  parameterLines: ReadonlyMap<string, number>,
  report: Report,
): void {
  const used = new Set<string>();
  for (const sql of [panel.sql, panel.sums?.sql ?? ""]) {
    // The days before a window are as many as its parameter says.
    const told = sql.replaceAll("{{before_window}}", "{days:UInt32}");
    for (const { 1: name = "", 2: type = "", index } of told.matchAll(USE)) {
      if (!used.has(name)) checkUse(panel, { name, type, line: lineAt(sql, index) }, report);
      used.add(name);
    }
  }
  for (const [name, line] of parameterLines) {
    if (!used.has(name)) report(line, `parameter ${name}: is not in the query; remove it`);
  }
}

const USE = /\{(?<name>\w+)\s*:\s*(?<type>[^{}]+)\}/g;

interface Use {
  readonly name: string;
  readonly type: string;
  readonly line: number;
}

function checkUse({ parameters }: Panel, { name, type, line }: Use, report: Report): void {
  if (WINDOW.has(name)) return;
  const declared = parameters.get(name);
  if (declared === undefined) {
    report(line, `parameter ${name}: is not in the header; write "-- parameter ${name}: ..."`);
  } else if (declared.type !== type.trim()) {
    report(line, `parameter ${name}: is ${declared.type} in the header`);
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
