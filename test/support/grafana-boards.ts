// Boards as Grafana dashboards for its ClickHouse data source. `npm run grafana` writes them into dashboards/grafana/.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, type BoardCell, ROW_WIDTH } from "../../src/store/boards/board.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import type { Panel, Unit } from "../../src/store/panels/panel.ts";
import { expandPanel, rollupFor } from "../../src/store/panels/rollup.ts";

export const GRAFANA_FOLDER: string = join(import.meta.dirname, "../../dashboards/grafana");

const DATA_SOURCE = "grafana-clickhouse-datasource";
/** Names of the data source's formats: what it makes of the rows. */
const FORMATS = { timeSeries: 0, table: 1 } as const;
const GRID_COLUMNS = 24;
const HEIGHTS = { stat: 4, timeseries: 8, heatmap: 9, table: 9 } as const;
const UNITS: Readonly<Record<Unit, string>> = {
  time: "dateTimeAsIso",
  ns: "ns",
  bytes: "bytes",
  share: "percentunit",
  count: "short",
  score: "none",
  course: "none",
  requests: "short",
  "requests/s": "reqps",
  attempts: "short",
  "attempts/s": "ops",
  status: "none",
  trace: "none",
  text: "none",
};

const { panels, boards } = loadDashboards();

/** Texts of the dashboards, by file name. */
export function grafanaDashboards(): ReadonlyMap<string, string> {
  return new Map(
    [...boards.values()].map((board) => {
      return [`${board.name}.json`, `${JSON.stringify(dashboardOf(board), null, 2)}\n`] as const;
    }),
  );
}

function dashboardOf(board: Board) {
  return {
    uid: `weir-${board.name}`,
    title: `weir: ${board.title}`,
    description: board.question,
    tags: ["weir"],
    editable: true,
    schemaVersion: 39,
    timezone: "browser",
    refresh: "30s",
    time: { from: `now-${board.range}`, to: "now" },
    templating: { list: variablesOf(board) },
    panels: panelsOf(board),
  };
}

const HOURS = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24 } as const;

function variablesOf({ range, variables }: Board) {
  const unit = HOURS[range.at(-1) as keyof typeof HOURS];
  const { rollup } = rollupFor(Number.parseInt(range, 10) * unit * 3_600_000);
  const { name, grainSeconds } = rollup;
  return [
    { name: "datasource", label: "Data source", type: "datasource", query: DATA_SOURCE },
    {
      name: "rollup",
      label: "Sums by",
      type: "custom",
      // Text is the rollup's name, value its seconds.
      query: "10s : 10,1m : 60,5m : 300,1h : 3600,6h : 21600",
      current: { text: name, value: String(grainSeconds) },
    },
    ...variables.map((variable) => {
      const current = { text: "", value: "" };
      return { name: variable, label: variable, type: "textbox", query: "", current };
    }),
  ];
}

function panelsOf(board: Board) {
  let y = 0;
  let id = 0;
  return board.rows.flatMap((row) => {
    let x = 0;
    const height = Math.max(...row.map((cell) => HEIGHTS[panelOf(cell).visual]));
    const drawn = row.map((cell) => {
      const w = (cell.width * GRID_COLUMNS) / ROW_WIDTH;
      const gridPos = { x, y, w, h: height };
      x += w;
      id += 1;
      return { id, gridPos, ...drawnOf(cell, board) };
    });
    y += height;
    return drawn;
  });
}

function panelOf({ panel: name }: BoardCell): Panel {
  const panel = panels.get(name);
  if (panel === undefined) throw new Error(`there is no sound panel ${name}`);
  return panel;
}

function drawnOf(cell: BoardCell, board: Board) {
  const panel = panelOf(cell);
  const { visual, columns } = panel;
  const queryType = visual === "timeseries" || visual === "heatmap" ? "timeSeries" : "table";
  const datasource = { type: DATA_SOURCE, uid: "${datasource}" };
  const rawSql = sqlOf(cell, board);
  const units = [...columns].filter(([, { unit }]) => UNITS[unit] !== "none");
  return {
    type: visual,
    title: cell.title === "" ? panel.title : cell.title,
    description: panel.question,
    datasource,
    fieldConfig: {
      defaults: {},
      overrides: units.map(([name, { unit }]) => ({
        // Lines of several names have these in front of the column's.
        matcher: { id: "byRegexp", options: `/^(?:.* )?${name}$|^${name} /` },
        properties: [{ id: "unit", value: UNITS[unit] }],
      })),
    },
    options: visual === "heatmap" ? HEATMAP : {},
    targets: [
      {
        refId: "A",
        datasource,
        editorType: "sql",
        queryType,
        format: FORMATS[queryType],
        rawSql,
      },
    ],
  };
}

/** Cells are counted already; each line is named by its upper bound. */
const HEATMAP = {
  calculate: false,
  rowsFrame: { layout: "le" },
  yAxis: { unit: "ns" },
  color: { mode: "scheme", scheme: "Blues", steps: 64 },
};

const SINCE = "{since:DateTime64(3, 'UTC')}";
const UNTIL = "{until:DateTime64(3, 'UTC')}";

/** With the data source's macros and the dashboard's variables in place of parameters. */
function sqlOf(cell: BoardCell, board: Board): string {
  const { sql, parameters, visual } = panelOf(cell);
  const valueOf = (name: string, type: string): string => {
    const text = cell.parameters[name] ?? parameters.get(name)?.fallback ?? "";
    if (cell.parameters[name] === undefined && board.variables.includes(name)) {
      return `\${${name}:sqlstring}`;
    }
    return type === "String" ? `'${text.replaceAll(/['\\]/g, "\\$&")}'` : text;
  };
  const expanded = expandPanel(sql.replaceAll("{{grain_s}}", "$${rollup}"), {
    name: "${rollup:text}",
    grainSeconds: 0,
    longest: Infinity,
  });
  const text = expanded
    .replaceAll(SINCE, "$$__fromTime_ms")
    .replaceAll(UNTIL, "$$__toTime_ms")
    // Whole grains, as a point that ends within one would show a part of it.
    .replaceAll("{step:UInt32}", "intDiv($$__interval_s + $${rollup} - 1, $${rollup}) * $${rollup}")
    .replaceAll(/(?<!\$)\{(\w+):(\w+)\}/g, (_, name: string, type: string) => valueOf(name, type))
    .trim();
  if (visual === "heatmap") {
    return `SELECT time, toString(round(high_ns)) AS le, requests FROM\n(\n${text}\n)\nORDER BY time, high_ns`;
  }
  // What makes lines of rows wants them by time.
  return visual === "timeseries" ? `SELECT * FROM\n(\n${text}\n)\nORDER BY time` : text;
}

if (import.meta.main) {
  mkdirSync(GRAFANA_FOLDER, { recursive: true });
  for (const [file, text] of grafanaDashboards()) writeFileSync(join(GRAFANA_FOLDER, file), text);
}
