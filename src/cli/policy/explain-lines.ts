// An explanation for people: decision, rule and roles, what was overridden, and the rules that nearly allowed it.
import type { Reason } from "../../policy/explain/explain.ts";
import type {
  RecordedDecision,
  RecordedExplanation,
} from "../../policy/explain/explain-recorded.ts";
import type {
  ExplanationJson,
  FailedTermJson,
  NamedRule,
  NearMissJson,
} from "../../policy/explain/explanation-json.ts";
import type { Side } from "../../policy/matcher/term.ts";
import { instant } from "../format.ts";
import { clip, fit, harmless, widthOf } from "../format-text.ts";
import type { Terminal } from "../terminal.ts";

const BECAUSE: Readonly<Record<Exclude<Reason, "rule" | "error" | "not_a_request">, string>> = {
  no_rule_allows: "no rule decides: none allows it",
  no_rule_denies: "no rule decides: none denies it, and this effect allows what no rule denies",
  matcher: "no rule decides: the matcher asks none",
};
const LABEL_WIDTH = 10;
const GAP = "  ";
const MOST_HELD = 5;

/** Lines without line ends, none wider than the terminal but the first. */
export function explanationLines(
  explanation: ExplanationJson | RecordedExplanation,
  terminal: Terminal,
): readonly string[] {
  const lines = [
    ...("recorded" in explanation ? comparedLines(explanation, terminal) : []),
    headLine(explanation, terminal),
    ...factLines(explanation, terminal),
    ...overriddenLines(explanation, terminal),
    ...termSection("fails for every rule:", explanation.failed_always, terminal),
    ...missLines(explanation.nearest_misses, terminal),
  ];
  return lines;
}

/** What was decided then. */
export function recordedLines(recorded: RecordedDecision, { width }: Terminal): readonly string[] {
  const { decision, rule, rule_source, revision, started_at, trace_id, span_id } = recorded;
  const by = rule === "" ? "no rule decided" : `${rule_source}: ${rule}`;
  return [
    `recorded ${decision}: ${by}`,
    `revision ${revision === "" ? "none" : revision}, ${instant(started_at, Date.now())}`,
    `trace ${trace_id}, span ${span_id}`,
  ].map((line, at) => clip(harmless(at === 0 ? line : `${" ".repeat(9)}${line}`), width));
}

function comparedLines(
  { recorded, differs }: RecordedExplanation,
  terminal: Terminal,
): readonly string[] {
  const words = differs ? "now it is decided otherwise:" : "now it is decided the same:";
  return [...recordedLines(recorded, terminal), terminal.paint(words, differs ? "bad" : "faint")];
}

function headLine(explanation: ExplanationJson, { paint }: Terminal): string {
  const { decision, reason, rule, rule_source, error = "" } = explanation;
  const because = Object.hasOwn(BECAUSE, reason) ? BECAUSE[reason as keyof typeof BECAUSE] : "";
  const by = rule === "" ? "" : `${rule_source}: ${rule}`;
  const words = [error, by, because].filter((part) => part !== "").join(", at ");
  return `${paint(decision, decision === "allow" ? "strong" : "bad")}: ${harmless(words)}`;
}

function factLines(explanation: ExplanationJson, terminal: Terminal): readonly string[] {
  const { request, revision, role_paths } = explanation;
  const roles = role_paths.map(({ path }) => path.join(" > ")).join(", and ");
  return [
    fact("request", request.map(shown).join(", "), terminal),
    ...(roles === "" ? [] : [fact("roles", roles, terminal)]),
    fact("revision", revision, terminal),
  ];
}

function fact(label: string, words: string, { paint, width }: Terminal): string {
  const value = clip(harmless(words), width - LABEL_WIDTH - GAP.length);
  return `${GAP}${paint(fit(label, LABEL_WIDTH), "faint")}${value}`;
}

function overriddenLines(explanation: ExplanationJson, terminal: Terminal): readonly string[] {
  const { overridden, overridden_count } = explanation;
  if (overridden.length === 0) return [];
  const more = overridden_count - overridden.length;
  return [
    "overrides:",
    ...ruleLines(overridden, terminal),
    ...(more === 0 ? [] : [terminal.paint(`${GAP}and ${more} more`, "faint")]),
  ];
}

function ruleLines(rules: readonly NamedRule[], terminal: Terminal): readonly string[] {
  const widest = Math.max(...rules.map(({ rule_source }) => widthOf(harmless(rule_source))));
  return rules.map((rule) => ruleLine(rule, widest, terminal));
}

function ruleLine(
  { rule, rule_source }: NamedRule,
  widest: number,
  { paint, width }: Terminal,
): string {
  const words = clip(`${fit(harmless(rule_source), widest)}${GAP}${harmless(rule)}`, width - 2);
  return `${GAP}${paint(words, "policy")}`;
}

export function missLines(misses: readonly NearMissJson[], terminal: Terminal): readonly string[] {
  if (misses.length === 0) return [];
  const rules = ruleLines(misses, terminal);
  const widths = columnWidths(misses.flatMap(({ failed }) => failed));
  return [
    "nearest misses:",
    ...misses.flatMap(({ failed }, at) => [
      rules[at] ?? "",
      ...failed.map((term) => termLine(term, widths, terminal)),
    ]),
  ];
}

function termSection(
  head: string,
  terms: readonly FailedTermJson[],
  terminal: Terminal,
): readonly string[] {
  if (terms.length === 0) return [];
  const widths = columnWidths(terms);
  return [head, ...terms.map((term) => termLine(term, widths, terminal))];
}

type Widths = readonly [term: number, request: number];

function columnWidths(terms: readonly FailedTermJson[]): Widths {
  const widest = (words: readonly string[]): number => Math.max(0, ...words.map(widthOf));
  return [
    widest(terms.map(({ term }) => harmless(term))),
    widest(terms.map(({ request }) => shownSide(request))),
  ];
}

/** Request, then what the rule wants. */
function termLine(term: FailedTermJson, [wide, asked]: Widths, { width }: Terminal): string {
  const held = term.roles_held === undefined ? "" : `${GAP}${heldWords(term)}`;
  const sides = `${fit(shownSide(term.request), asked)}${GAP}wants ${shownSide(term.rule)}`;
  return clip(`${GAP}${GAP}${fit(harmless(term.term), wide)}${GAP}${sides}${held}`, width);
}

function heldWords({ roles_held = [], roles_held_count = 0 }: FailedTermJson): string {
  if (roles_held_count === 0) return "(holds no role)";
  const more = roles_held_count - MOST_HELD;
  const named = roles_held.slice(0, MOST_HELD).map(harmless).join(", ");
  return `(holds ${named}${more > 0 ? ` and ${more} more` : ""})`;
}

function shownSide(side: Side): string {
  return side === null
    ? ""
    : harmless(Array.isArray(side) ? side.map(shown).join(", ") : shown(side));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
