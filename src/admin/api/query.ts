// GET /api/v1/query/{name}: a named question (dashboards/panels) for a window, with its filters.
import { z } from "zod";
import type { Dashboards } from "../../store/dashboards.ts";
import { type Panel, type PanelParameter, VISUALS } from "../../store/panels/panel.ts";
import { type PanelRows, runPanel } from "../../store/panels/run-panel.ts";
import { badFile } from "../bad-file.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { column, json, row } from "../http/schemas.ts";
import { moment, readWindow } from "../http/window.ts";
import type { AdminParts } from "../parts.ts";
import type { Questions } from "../questions.ts";
import { timeColumns, withIsoTimes } from "../times.ts";

const HOUR_MS = 3_600_000;
const MOST_TEXT = 1024;
const MOST_ROWS = 10_000;

const answerSchema = z.strictObject({
  visual: z.string().meta({ description: `How it is drawn: ${VISUALS.join(", ")}` }),
  columns: z.array(column.extend({ unit: z.string() })),
  rows: z.array(row),
});

export function queryEndpoint(
  { dashboards }: Pick<AdminParts, "dashboards">,
  { ask }: Questions,
): Endpoint {
  const { panels } = dashboards();
  return defineEndpoint({
    method: "get",
    path: "/api/v1/query/{name}",
    summary: "A named question for a time window",
    parameters: z.strictObject({
      name: z.string().meta({
        description: `One of ${[...panels.keys()].join(", ")}, or of the config's own \`dashboards\``,
      }),
    }),
    query: querySchema(panels),
    body: null,
    answer: json("Columns with units, and rows", answerSchema),
    problems: ["unknown_panel", "bad_panel", "store_unavailable", "busy", "query_timeout"],
    handle: async ({ path, query }) => {
      const panel = panelOf(dashboards(), path.name);
      const { since, until, ...given } = query;
      const request = { ...windowOf({ since, until }), filters: filtersOf(panel, given) };
      const answer = await ask((store) => runPanel(store, panel, request));
      return { kind: "json", body: answerOf(panel, answer) };
    },
  });
}

type Text = z.ZodOptional<z.ZodString>;

/** Every filter any panel has. Which of them this one has, and so which others are wrong, is seen in `filtersOf`. */
function querySchema(
  panels: Dashboards["panels"],
): z.ZodObject<Record<string, Text>, z.core.$catchall<Text>> {
  const fields: Record<string, Text> = { since: moment.optional(), until: moment.optional() };
  const text = z.string().max(MOST_TEXT).optional();
  for (const panel of panels.values()) {
    for (const [name, { about }] of panel.parameters) {
      fields[name] ??= text.meta({ description: about });
    }
  }
  return z.object(fields).catchall(text);
}

function panelOf({ panels, brokenPanels }: Dashboards, name: string): Panel {
  const faults = brokenPanels.get(name);
  if (faults !== undefined) throw badFile("bad_panel", faults);
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
    const parameter = panel.parameters.get(name);
    const fault = parameter === undefined ? takesOnly(panel) : valueFault(parameter, value);
    if (fault !== null) {
      throw new Problem("bad_parameter", `${name}: ${fault}`, { members: { parameter: name } });
    }
    filters[name] = value;
  }
  return filters;
}

function takesOnly({ name, parameters }: Panel): string {
  return `${name} takes only ${["since", "until", ...parameters.keys()].join(", ")}`;
}

function valueFault({ type }: PanelParameter, value: string): string | null {
  if (type === "String") return null;
  if (type === "Float64") return /^\d{1,15}(?:\.\d{1,9})?$/.test(value) ? null : "must be a number";
  const isCount = /^\d{1,9}$/.test(value) && Number(value) >= 1 && Number(value) <= MOST_ROWS;
  return isCount ? null : `must be a whole number from 1 to ${MOST_ROWS}`;
}

function windowOf(query: { since: string | undefined; until: string | undefined }): {
  sinceMs: number;
  untilMs: number;
} {
  const nowMs = Date.now();
  const { sinceMs, untilMs = nowMs } = readWindow(query, nowMs);
  return { sinceMs: sinceMs ?? untilMs - HOUR_MS, untilMs };
}

function answerOf({ visual }: Panel, { columns, rows }: PanelRows): z.output<typeof answerSchema> {
  const times = timeColumns(columns);
  return { visual, columns: [...columns], rows: [...withIsoTimes(rows, times)] };
}
