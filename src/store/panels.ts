// Named questions are files: a header that says what is asked and in which units, and one query.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StoreError, type Column, type Row, type Store } from "./client.ts";
import { packageFolder } from "./package-folder.ts";

export const VISUALS = ["timeseries", "table", "stat"] as const;
export const UNITS = [
  "time",
  "ns",
  "bytes",
  "share",
  "count",
  "requests",
  "requests/s",
  "attempts",
  "attempts/s",
  "status",
  "trace",
  "text",
] as const;

export type Visual = (typeof VISUALS)[number];
export type Unit = (typeof UNITS)[number];

export interface PanelParameter {
  /** ClickHouse type name. */
  readonly type: string;
  /** Used where the caller gives none; an empty String means all. */
  readonly fallback: string;
  readonly about: string;
}

export interface Panel {
  /** The file's name without ".sql". */
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly visual: Visual;
  /** Unit by column name, in the order of the result. */
  readonly units: ReadonlyMap<string, Unit>;
  readonly parameters: ReadonlyMap<string, PanelParameter>;
  /** With {{rollup}}, {{grain_s}} and {{observed_s}} still in it; see `rollupFor` and OBSERVED_S. */
  readonly sql: string;
}

export interface PanelRequest {
  /** Milliseconds since the epoch; since is inside the window, until is not. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Values for the panel's parameters. */
  readonly filters: Readonly<Record<string, string>>;
}

export interface PanelRows {
  readonly columns: readonly (Column & { readonly unit: Unit })[];
  /** Times are UTC, as "2026-11-21 09:30:00.123". */
  readonly rows: readonly Row[];
}

/** Every panel has these. */
const WINDOW = new Set(["since", "until", "step"]);
const QUERY_TIMEOUT_MS = 20_000;

/** All panels of a folder by name; throws, naming file and fault, where one is malformed. */
export function loadPanels(
  folder: string = join(packageFolder(), "dashboards", "panels"),
): ReadonlyMap<string, Panel> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  return new Map(
    files.sort().map((file) => {
      const name = file.replace(/\.sql$/, "");
      return [name, parsePanel(name, readFileSync(join(folder, file), "utf8"))] as const;
    }),
  );
}

/** A panel from its text; throws an error that names the panel and what is wrong. */
export function parsePanel(name: string, text: string): Panel {
  const header = [...text.matchAll(/^-- (?<line>.*)$/gm)].map((match) => match[1] ?? "");
  const sql = text.replaceAll(/^--.*\n/gm, "").trim();
  const fail = (fault: string): never => {
    throw new Error(`panel ${name}: ${fault}`);
  };
  const word = (key: string): string =>
    header.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2) ??
    fail(`the header has no "-- ${key}: ..."`);
  const visual = word("visual") as Visual;
  if (!VISUALS.includes(visual)) fail(`visual is one of ${VISUALS.join(", ")}`);
  const panel = {
    name,
    title: word("title"),
    question: word("question"),
    visual,
    units: new Map(header.flatMap((line) => columnOf(line, fail))),
    parameters: new Map(header.flatMap((line) => parameterOf(line, fail))),
    sql,
  };
  if (panel.units.size === 0) fail('the header has no "-- column NAME: UNIT"');
  checkParameters(panel, fail);
  return panel;
}

type Fail = (fault: string) => never;

function columnOf(line: string, fail: Fail): [string, Unit][] {
  if (!line.startsWith("column ")) return [];
  const groups = /^column (?<name>\w+): (?<unit>\S+)$/.exec(line)?.groups;
  const unit = groups?.["unit"] as Unit;
  if (!UNITS.includes(unit))
    fail(`"${line}" is not "column NAME: UNIT", unit one of ${UNITS.join(", ")}`);
  return [[groups?.["name"] ?? "", unit]];
}

const PARAMETER = /^parameter (?<name>\w+): (?<type>\w+)(?: = (?<fallback>\w+))?, (?<about>.+)$/;

function parameterOf(line: string, fail: Fail): [string, PanelParameter][] {
  if (!line.startsWith("parameter ")) return [];
  const groups = PARAMETER.exec(line)?.groups;
  if (groups === undefined)
    return fail(`"${line}" is not "parameter NAME: TYPE [= DEFAULT], WORDS"`);
  const { name = "", type = "", fallback = "", about = "" } = groups;
  return [[name, { type, fallback, about }]];
}

/** What the query takes and what the header says must be the same. */
function checkParameters(panel: Panel, fail: Fail): void {
  const used = new Set([...panel.sql.matchAll(/\{(?<name>\w+):/g)].map((match) => match[1] ?? ""));
  for (const name of used) {
    if (!WINDOW.has(name) && !panel.parameters.has(name))
      fail(`parameter ${name} is not in the header`);
  }
  for (const name of panel.parameters.keys()) {
    if (!used.has(name)) fail(`parameter ${name} is not in the query`);
  }
}

interface Rollup {
  readonly name: string;
  readonly grainSeconds: number;
  /** Longest window it is read for, seconds. */
  readonly longest: number;
}

const ROLLUPS: readonly Rollup[] = [
  { name: "10s", grainSeconds: 10, longest: 3 * 3600 },
  { name: "1m", grainSeconds: 60, longest: 2 * 86_400 },
];
const COARSEST: Rollup = { name: "1h", grainSeconds: 3600, longest: Infinity };

/** About this many points a line. */
const POINTS = 120;

/** The finest rollup a window can afford, and a step of whole grains that gives about 120 points. */
export function rollupFor(windowMs: number): {
  readonly rollup: Rollup;
  readonly stepSeconds: number;
} {
  const seconds = windowMs / 1000;
  const rollup = ROLLUPS.find((each) => seconds <= each.longest) ?? COARSEST;
  const grains = Math.max(1, Math.ceil(seconds / POINTS / rollup.grainSeconds));
  return { rollup, stepSeconds: grains * rollup.grainSeconds };
}

/**
 * Seconds that a rate is over: the window's, or, where nothing is older than its first request, those since that
 * one: a weir that is a minute old did not idle for the hour before.
 */
const OBSERVED_S = `greatest(dateDiff('second', assumeNotNull((
        SELECT if(count() = 0 OR (
            SELECT count() FROM (SELECT 1 FROM requests_1h WHERE time < {since:DateTime64(3, 'UTC')} - toIntervalHour(1) LIMIT 1)
        ) > 0, {since:DateTime64(3, 'UTC')}, greatest(min(time), {since:DateTime64(3, 'UTC')}))
        FROM requests_{{rollup}}
        WHERE time >= {since:DateTime64(3, 'UTC')} - toIntervalHour(1) AND time < {until:DateTime64(3, 'UTC')}
    )), {until:DateTime64(3, 'UTC')}), 1)`;

/** Rejects with StoreError; code 456 where a filter is none of the panel's parameters. */
export async function runPanel(
  store: Store,
  panel: Panel,
  request: PanelRequest,
): Promise<PanelRows> {
  const { rollup, stepSeconds } = rollupFor(request.untilMs - request.sinceMs);
  const sql = panel.sql
    .replaceAll("{{observed_s}}", OBSERVED_S)
    .replaceAll("{{rollup}}", rollup.name)
    .replaceAll("{{grain_s}}", String(rollup.grainSeconds));
  const { columns, rows } = await store.query(
    sql,
    {
      since: new Date(request.sinceMs),
      until: new Date(request.untilMs),
      step: stepSeconds,
      ...filterValues(panel, request.filters),
    },
    { readonly: true, timeoutMs: QUERY_TIMEOUT_MS },
  );
  return {
    columns: columns.map((column) => ({ ...column, unit: panel.units.get(column.name) ?? "text" })),
    rows,
  };
}

function filterValues(panel: Panel, filters: PanelRequest["filters"]): Record<string, string> {
  const unknown = Object.keys(filters).find((name) => !panel.parameters.has(name));
  if (unknown !== undefined) {
    const known = [...panel.parameters.keys()].join(", ");
    throw new StoreError(`panel ${panel.name} has no filter ${unknown}; it has ${known}`, 456);
  }
  return Object.fromEntries(
    [...panel.parameters].map(([name, { fallback }]) => [name, filters[name] ?? fallback]),
  );
}
