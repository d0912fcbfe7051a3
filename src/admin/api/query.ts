// GET /api/v1/query/{name}: a named question (dashboards/panels) for a window, with its filters.
import { z } from "zod";
import { type Panel, type PanelRows, runPanel } from "../../store/panels.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { column, json, row } from "../http/schemas.ts";
import { moment, readWindow } from "../http/window.ts";
import type { Questions } from "../questions.ts";
import { timeColumns, withIsoTimes } from "../times.ts";

const HOUR_MS = 3_600_000;
const MOST_TEXT = 1024;
const MOST_ROWS = 10_000;

const answerSchema = z.strictObject({
  columns: z.array(column.extend({ unit: z.string() })),
  rows: z.array(row),
});

export type Panels = ReadonlyMap<string, Panel>;

export function queryEndpoint(panels: Panels, { ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/query/{name}",
    summary: "A named question for a time window",
    parameters: z.strictObject({
      name: z.string().meta({ description: `One of ${[...panels.keys()].join(", ")}` }),
    }),
    query: querySchema(panels),
    body: null,
    answer: json("Columns with units, and rows", answerSchema),
    problems: ["unknown_panel", "store_unavailable", "busy", "query_timeout"],
    handle: async ({ path, query }) => {
      const panel = panelOf(panels, path.name);
      const { since, until, ...given } = query;
      const request = { ...windowOf({ since, until }), filters: filtersOf(panel, given) };
      return {
        kind: "json",
        body: answerOf(await ask((store) => runPanel(store, panel, request))),
      };
    },
  });
}

type Text = z.ZodOptional<z.ZodString>;

/** Every filter any panel has. Which of them this one has, and so which others are wrong, is seen in `filtersOf`. */
function querySchema(panels: Panels): z.ZodObject<Record<string, Text>, z.core.$catchall<Text>> {
  const fields: Record<string, Text> = { since: moment.optional(), until: moment.optional() };
  for (const panel of panels.values()) {
    for (const [name, { type, about }] of panel.parameters) fields[name] ??= filterOf(type, about);
  }
  return z.object(fields).catchall(z.string().optional());
}

function filterOf(type: string, about: string): Text {
  const text = z.string().max(MOST_TEXT);
  const checked = /^UInt\d+$/.test(type) ? text.refine(isRowCount, ROW_COUNT) : text;
  return checked.optional().meta({ description: about });
}

const ROW_COUNT = `must be a whole number from 1 to ${MOST_ROWS}`;

function isRowCount(text: string): boolean {
  return /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_ROWS;
}

function panelOf(panels: Panels, name: string): Panel {
  const panel = panels.get(name);
  if (panel !== undefined) return panel;
  const known = [...panels.keys()];
  throw new Problem("unknown_panel", `there are ${known.join(", ")}`, {
    members: { queries: known },
  });
}

function filtersOf(
  panel: Panel,
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const filters: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!panel.parameters.has(name)) {
      const known = ["since", "until", ...panel.parameters.keys()].join(", ");
      throw new Problem("bad_parameter", `${name}: ${panel.name} takes only ${known}`, {
        members: { parameter: name },
      });
    }
    filters[name] = value;
  }
  return filters;
}

function windowOf(query: { since: string | undefined; until: string | undefined }): {
  sinceMs: number;
  untilMs: number;
} {
  const nowMs = Date.now();
  const { sinceMs, untilMs = nowMs } = readWindow(query, nowMs);
  return { sinceMs: sinceMs ?? untilMs - HOUR_MS, untilMs };
}

function answerOf({ columns, rows }: PanelRows): { columns: PanelRows["columns"]; rows: unknown } {
  return { columns, rows: withIsoTimes(rows, timeColumns(columns)) };
}
