// A board from its YAML: its shape here, and what it says of panels against those there are.
import { readYaml, type YamlMapping, type YamlNodes } from "../../policy/cases/yaml-nodes.ts";
import type { DashboardFault, Panel } from "../panels/panel.ts";
import type { DashboardText } from "../panels/parse-panel.ts";
import { type Board, type BoardCell, ROW_WIDTH } from "./board.ts";

export type BoardParse =
  | { readonly ok: true; readonly board: Board }
  | { readonly ok: false; readonly faults: readonly DashboardFault[] };

const KEYS = ["title", "question", "range", "variables", "rows"];
const CELL_KEYS = ["panel", "title", "width", "parameters"];
const DEFAULT_RANGE = "1h";
const RANGE = /^[1-9]\d{0,4}[smhd]$/;
const MOST_CHARS = 200;
/** Each panel is a question to the store. */
const MOST_CELLS = 40;

export function parseBoard({ name, file, text }: DashboardText): BoardParse {
  const faults: DashboardFault[] = [];
  const report = (line: number, message: string): void => {
    faults.push({ file, line: Math.max(1, line), message });
  };
  const nodes = readYaml(text, report);
  const root = nodes?.mapping(nodes.root, KEYS) ?? null;
  if (nodes === null || root === null) return { ok: false, faults };
  const board = { name, file, ...boardOf(root, nodes) };
  return faults.length === 0 ? { ok: true, board } : { ok: false, faults };
}

function boardOf(root: YamlMapping, nodes: YamlNodes): Omit<Board, "name" | "file"> {
  const range = root.has("range") ? textOf(root, "range", nodes) : DEFAULT_RANGE;
  if (!RANGE.test(range)) nodes.report(root.get("range"), 'range: must be an age, such as "24h"');
  const rows = root.has("rows") ? nodes.list(root.get("rows"), "rows of panels") : null;
  if (!root.has("rows")) nodes.report(root.node, "rows: is missing; write a list of rows");
  const cells = (rows ?? []).map((row) => rowOf(row, nodes));
  if (cells.flat().length > MOST_CELLS) {
    nodes.report(root.get("rows"), `rows: have more than ${MOST_CELLS} panels; make two boards`);
  }
  return {
    range,
    title: textOf(root, "title", nodes),
    question: textOf(root, "question", nodes),
    variables: root.has("variables") ? wordsOf(root, nodes) : [],
    rows: cells,
  };
}

function rowOf(row: unknown, nodes: YamlNodes): BoardCell[] {
  const items = nodes.list(row, "panels, such as [{ panel: routes, width: 6 }]") ?? [];
  const cells = items.flatMap((item) => {
    const mapping = nodes.mapping(item, CELL_KEYS);
    return mapping === null ? [] : [cellOf(mapping, ROW_WIDTH / items.length, nodes)];
  });
  const width = cells.reduce((sum, cell) => sum + cell.width, 0);
  if (width > ROW_WIDTH) nodes.report(row, `width: the panels of a row have ${ROW_WIDTH} at most`);
  return cells;
}

/** `share` is its width where none is said. */
function cellOf(cell: YamlMapping, share: number, nodes: YamlNodes): BoardCell {
  const width = cell.has("width")
    ? Number(nodes.scalar(cell.get("width"))?.value)
    : Math.max(1, Math.floor(share));
  if (!Number.isInteger(width) || width < 1 || width > ROW_WIDTH) {
    nodes.report(cell.get("width"), `width: must be a whole number from 1 to ${ROW_WIDTH}`);
  }
  return {
    width,
    panel: textOf(cell, "panel", nodes),
    title: cell.has("title") ? textOf(cell, "title", nodes) : "",
    parameters: cell.has("parameters") ? valuesOf(cell, nodes) : {},
    line: nodes.line(cell.node),
  };
}

function valuesOf(cell: YamlMapping, nodes: YamlNodes): Record<string, string> {
  const entries = nodes.entries(cell.get("parameters"));
  if (entries === null) nodes.report(cell.get("parameters"), "parameters: must be a mapping");
  return Object.fromEntries(
    (entries ?? []).map(({ key, keyNode, value }) => {
      const text = plainOf(value, nodes);
      if (text === null) nodes.report(keyNode, `parameters.${key}: must be text or a number`);
      return [key, text ?? ""];
    }),
  );
}

function wordsOf(root: YamlMapping, nodes: YamlNodes): string[] {
  const items = nodes.list(root.get("variables"), "names of filters") ?? [];
  return items.map((item) => plainOf(item, nodes) ?? "");
}

/** Text, or a number as text; null for anything else. */
function plainOf(node: unknown, nodes: YamlNodes): string | null {
  const value = nodes.scalar(node)?.value;
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function textOf(mapping: YamlMapping, key: string, nodes: YamlNodes): string {
  const value = nodes.scalar(mapping.get(key))?.value;
  const isText = mapping.has(key) && typeof value === "string" && value.trim() !== "";
  if (isText && value.length <= MOST_CHARS) return value;
  nodes.report(mapping.get(key), `${key}: must be text of at most ${MOST_CHARS} characters`);
  return "";
}

/** What is wrong with a board among these panels: its other panels work all the same. */
export function boardFaults(
  { file, variables, rows }: Board,
  panels: ReadonlyMap<string, Panel>,
): readonly DashboardFault[] {
  const cells = rows.flat();
  const used = cells.flatMap(({ panel }) => [...(panels.get(panel)?.parameters.keys() ?? [])]);
  return [
    ...cells.flatMap((cell) => {
      const message = cellFault(cell, panels);
      return message === null ? [] : [{ file, line: cell.line, message }];
    }),
    ...variables
      .filter((name) => !used.includes(name))
      .map((name) => ({ file, line: 1, message: `variables: no panel here takes ${name}` })),
  ];
}

/** Why a cell can't be drawn; null where it can. */
export function cellFault(
  { panel, parameters }: BoardCell,
  panels: ReadonlyMap<string, Panel>,
): string | null {
  const known = panels.get(panel);
  if (known === undefined) return `panel: there is no sound panel ${panel}`;
  const wrong = Object.keys(parameters).find((name) => !known.parameters.has(name));
  if (wrong === undefined) return null;
  return `parameters: ${panel} takes no ${wrong}; it takes ${[...known.parameters.keys()].join(", ")}`;
}
