// Which log lines are asked for, and the conditions that say so over either table.
import type { LineSource, LogTable, Severity } from "./log-source.ts";
import { templateCondition, templateParams } from "./line-template.ts";
import { lowerAscii, type Term, tokensIn } from "./search-terms.ts";

/** Every field narrows the lines; one that is missing does not. */
export interface LogFilters {
  readonly terms: readonly Term[];
  readonly source?: LineSource;
  /** Any of these. */
  readonly severities?: readonly Severity[];
  /** Empty: lines that name none, as with route. */
  readonly service?: string;
  readonly route?: string;
  readonly traceId?: string;
  /** Lines that look so, as find-patterns.ts tells them. */
  readonly pattern?: string;
}

export interface LogWindow {
  /** Milliseconds since the epoch; since is inside, until is not. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Those that facets count each value of, so that a chosen one does not hide the others. */
export type Facet = "source" | "severity" | "service" | "route";

export const FACETS: readonly Facet[] = ["source", "severity", "service", "route"];

/** Values of all conditions; they are the same for both tables. */
export function paramsOf(filters: LogFilters, window: LogWindow): Record<string, unknown> {
  const { source, service, route, severities, traceId, pattern, terms } = filters;
  return {
    since: new Date(window.sinceMs),
    until: new Date(window.untilMs),
    ...(source === undefined ? {} : { source }),
    ...(service === undefined ? {} : { service }),
    ...(route === undefined ? {} : { route }),
    ...(severities === undefined ? {} : { severities }),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(pattern === undefined ? {} : templateParams(pattern)),
    ...Object.assign({}, ...terms.map(termParams)),
  };
}

function termParams(term: Term, at: number): Record<string, unknown> {
  if (term.kind === "field") {
    const { key, value } = term;
    const tokens = tokensOf(term);
    return {
      [`key${at}`]: key,
      [`value${at}`]: value,
      [`part${at}`]: likeOf(`${key}=${value}`),
      ...(tokens.length === 0 ? {} : { [`tokens${at}`]: tokens }),
    };
  }
  return {
    ...(term.tokens.length === 0 ? {} : { [`tokens${at}`]: term.tokens }),
    ...(term.part === null ? {} : { [`part${at}`]: likeOf(term.part) }),
  };
}

/** Of a field as a text says it: by them the index of texts leaves as little to read as those of attributes do. */
function tokensOf({ key, value }: Extract<Term, { readonly kind: "field" }>): readonly string[] {
  return tokensIn(`${key}=${value}`);
}

/** A text anywhere in another. */
function likeOf(part: string): string {
  return `%${lowerAscii(part).replace(/[\\%_]/g, "\\$&")}%`;
}

/** What holds for every line asked for, whatever is chosen of facets. */
export function baseConditions(
  table: LogTable,
  { terms, traceId, pattern }: LogFilters,
): readonly string[] {
  return [
    `${table.time} >= {since:DateTime64(3, 'UTC')}`,
    `${table.time} < {until:DateTime64(3, 'UTC')}`,
    ...(traceId === undefined ? [] : [`${table.traceId} = {trace_id:String}`]),
    ...terms.map((term, at) => termCondition(table, term, at)),
    ...(pattern === undefined ? [] : [templateCondition(table, pattern)]),
  ];
}

function termCondition(table: LogTable, term: Term, at: number): string {
  const text = `lower(${table.text})`;
  const part = `${text} LIKE {part${at}:String}`;
  const isField = term.kind === "field";
  const tokens = isField ? tokensOf(term) : term.tokens;
  const inText = [
    ...(tokens.length === 0 ? [] : [`hasAllTokens(${text}, {tokens${at}:Array(String)})`]),
    ...(!isField && term.part === null ? [] : [part]),
  ].join(" AND ");
  const all = isField ? `${fieldCondition(table, term.key, at)} OR ${inText}` : inText;
  return `${term.isExcluded ? "NOT " : ""}(${all})`;
}

function fieldCondition(table: LogTable, name: string, at: number): string {
  return table.field(name, { key: `{key${at}:String}`, value: `{value${at}:String}` });
}

/** What is chosen of a facet; null: nothing is. */
export function facetCondition(table: LogTable, facet: Facet, filters: LogFilters): string | null {
  if (facet === "severity") {
    return filters.severities === undefined
      ? null
      : `has({severities:Array(String)}, ${table.severity})`;
  }
  return filters[facet] === undefined ? null : `${facetValue(table, facet)} = {${facet}:String}`;
}

/** SQL of what a line is counted under. */
export function facetValue(table: LogTable, facet: Facet): string {
  return facet === "source" ? `'${table.source}'` : table[facet];
}

export function allConditions(table: LogTable, filters: LogFilters): string {
  const chosen = FACETS.map((facet) => facetCondition(table, facet, filters));
  return [...baseConditions(table, filters), ...chosen.filter((each) => each !== null)].join(
    " AND ",
  );
}
