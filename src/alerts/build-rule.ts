// A rule as the file has it, made complete; and what is wrong with it beyond its shape.
import type { Finding } from "../config/fault.ts";
import { suggestion } from "../config/suggest.ts";
import type { Panel } from "../store/panels/panel.ts";
import { ANOMALY_COLUMNS } from "./anomaly.ts";
import { type Condition, readCondition } from "./condition.ts";
import { durationMs } from "./duration.ts";
import type { RuleInput, SloInput } from "./file-schema.ts";
import type { Rule, Source } from "./rule.ts";
import { mayAnswer } from "./sql-words.ts";
import { STATUS_COLUMNS } from "./status-rows.ts";
import { placesIn } from "./template.ts";

/** What files of alerts may name. */
export interface Nameable {
  readonly panels: ReadonlyMap<string, Panel>;
  readonly routes: readonly string[];
}

export interface Known extends Nameable {
  /** Names of those who can be told. */
  readonly notifiers: readonly string[];
}

const SOURCES = ["panel", "sql", "anomaly", "status"] as const;

export function buildRule(input: RuleInput): Rule {
  const { name, question, by, severity, labels, annotations, runbook = "", notify = null } = input;
  return {
    name,
    question,
    by,
    severity,
    labels,
    annotations,
    runbook,
    notify,
    source: sourceOf(input),
    windowMs: durationMs(input.window) ?? 0,
    when: conditionsOf(input),
    forMs: durationMs(input.for) ?? 0,
    everyMs: durationMs(input.every) ?? 0,
  };
}

/** Paths begin at the rule. */
export function checkRule(input: RuleInput, known: Known): readonly Finding[] {
  const given = SOURCES.filter((each) => input[each] !== undefined);
  if (given.length !== 1) {
    const path = [given[1] ?? "name"];
    return [{ path, message: `a rule asks by one of ${SOURCES.join(", ")}` }];
  }
  return [
    ...checkSource(input, known),
    ...checkColumns(input, known),
    ...checkNotify(input, known.notifiers),
  ];
}

function sourceOf({ panel, parameters, sql, anomaly, status }: RuleInput): Source {
  if (anomaly !== undefined) {
    const { route = "", ...rest } = anomaly;
    return { kind: "anomaly", route, ...rest };
  }
  if (panel !== undefined) return { kind: "panel", panel, parameters };
  if (sql !== undefined) return { kind: "sql", sql };
  return { kind: "status", of: status ?? "store" };
}

function conditionsOf({ when }: RuleInput): readonly Condition[] {
  return [when].flat().flatMap((text) => readCondition(text) ?? []);
}

function checkSource(input: RuleInput, { panels }: Known): readonly Finding[] {
  const { panel: name, parameters, sql, anomaly } = input;
  if (anomaly !== undefined && anomaly.samples > anomaly.weeks) {
    return [{ path: ["anomaly", "samples"], message: "must be at most as many as weeks" }];
  }
  if (sql !== undefined && !/\{\{\s*since\s*\}\}/.test(sql)) {
    const message = "must look at a window: started_at >= {{since}} AND started_at < {{until}}";
    return [{ path: ["sql"], message }];
  }
  const panel = panels.get(name ?? "");
  if (name !== undefined && panel === undefined) {
    const names = [...panels.keys()];
    return [{ path: ["panel"], message: `names no panel${hint(name, names)}` }];
  }
  const taken = [...(panel?.parameters.keys() ?? [])];
  return Object.keys(parameters)
    .filter((each) => !taken.includes(each))
    .map((each) => {
      const message = `is no parameter of what is asked${hint(each, taken)}`;
      return { path: ["parameters", each], message };
    });
}

function columnsOf(
  { panel = "", anomaly, status }: RuleInput,
  panels: Nameable["panels"],
): readonly string[] {
  if (anomaly !== undefined) return Object.keys(ANOMALY_COLUMNS);
  if (status !== undefined) return Object.keys(STATUS_COLUMNS[status]);
  return [...(panels.get(panel)?.columns.keys() ?? [])];
}

/** Of SQL those are found that it can't have; all are known once it has answered. */
function checkColumns(input: RuleInput, { panels }: Known): readonly Finding[] {
  const columns = columnsOf(input, panels);
  const { sql } = input;
  if (sql === undefined && columns.length === 0) return [];
  const isThere = (column: string): boolean =>
    sql === undefined ? columns.includes(column) : mayAnswer(sql, column);
  const told = (column: string): string =>
    sql === undefined ? hint(column, columns) : "; sql names none so";
  return namedColumns(input)
    .filter(({ column }) => !isThere(column))
    .map(({ column, path }) => {
      return { path, message: `the answer has no column ${column}${told(column)}` };
    });
}

function namedColumns(input: RuleInput) {
  const listed = Array.isArray(input.when);
  return [
    ...conditionsOf(input).map(({ column }, at) => {
      return { column, path: listed ? ["when", at] : ["when"] };
    }),
    ...input.by.map((column, at) => ({ column, path: ["by", at] })),
    ...Object.entries(input.annotations).flatMap(([name, text]) =>
      placesIn(text).map((column) => ({ column, path: ["annotations", name] })),
    ),
  ];
}

/** One of a route that is misspelt would never burn. */
export function checkSlo(input: SloInput, { routes, notifiers }: Known): readonly Finding[] {
  const { route } = input;
  if (routes.includes(route)) return checkNotify(input, notifiers);
  return [{ path: ["route"], message: `names no route${hint(route, routes)}` }];
}

function checkNotify(
  { notify = [] }: Pick<RuleInput, "notify">,
  known: readonly string[],
): readonly Finding[] {
  return notify.flatMap((name, at) => {
    if (known.includes(name)) return [];
    return [{ path: ["notify", at], message: `names nobody under notify${hint(name, known)}` }];
  });
}

function hint(word: string, known: readonly string[]): string {
  return suggestion(word, known) || `; there are ${known.join(", ") || "none"}`;
}
