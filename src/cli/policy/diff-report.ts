// What differs between two policies, for reading and as JSON: gains first, since those are dangerous.
import { entry } from "../../core/entry.ts";
import { describeCells } from "../../policy/classes/describe.ts";
import type { Change, PolicyDiff } from "../../policy/classes/diff.ts";
import type { MergedClass } from "../../policy/classes/merge.ts";
import type { UncoveredRule } from "../../policy/classes/uncovered.ts";
import type { Decision } from "../../policy/snapshot.ts";
import { inColumns } from "./columns.ts";
import { EXIT_FINDING, EXIT_UNUSABLE } from "./command.ts";

type ChangedClass = MergedClass<Change>;
type Kind = "gain" | "loss" | "error";

const TITLES: Readonly<Record<Kind, string>> = {
  gain: "GAINS: denied by the old policy, allowed by the new one",
  loss: "LOSSES: allowed by the old policy, denied by the new one",
  error: "NOT DECIDED by one of them",
};

/** Further uncovered rules are counted. */
const MOST_UNCOVERED = 20;

/** 1 where a decision changes; 2 where none is known to, and rules that can't be enumerated may. */
export function exitCodeOf(diff: PolicyDiff): number {
  if (diff.changed.length > 0) return EXIT_FINDING;
  return uncoveredOf(diff).length > 0 ? EXIT_UNUSABLE : 0;
}

/** Lines without line ends. `roles` are told behind those who hold them. */
export function diffLines(diff: PolicyDiff, roles: ReadonlySet<string>): string[] {
  const { changed, decided } = diff;
  const summary =
    changed.length === 0
      ? `No decision changes in any of the classes of requests compared (${decided}).`
      : `Decisions change in ${changed.length} of ${decided} classes of requests.`;
  return [
    ...kindLines(diff, "gain", roles),
    ...kindLines(diff, "loss", roles),
    ...kindLines(diff, "error", roles),
    summary,
    ...uncoveredLines(uncoveredOf(diff)),
  ];
}

function kindLines(diff: PolicyDiff, kind: Kind, roles: ReadonlySet<string>): string[] {
  const groups = new Map<string, ChangedClass[]>();
  for (const each of diff.changed.filter(({ found }) => kindOf(found) === kind)) {
    const title = `${decisionText(each.found.old)} -> ${decisionText(each.found.young)}`;
    entry(groups, title, () => []).push(each);
  }
  if (groups.size === 0) return [];
  const lines = [...groups].flatMap(([title, classes]) => [
    title,
    ...inColumns(classes.map((each) => classRow(diff, each, roles))),
  ]);
  return [TITLES[kind], ...lines, ""];
}

function classRow(
  { space }: PolicyDiff,
  { cells }: ChangedClass,
  roles: ReadonlySet<string>,
): string[] {
  const fields = space.dimensions.map((dimension, at) =>
    describeCells(dimension, cells[at] ?? [], roles),
  );
  const example = fields.map((field) => field.example).join(" ");
  return [...fields.map(({ text }) => text), `e.g. ${example}`];
}

function kindOf({ old, young }: Change): Kind {
  if (young.effect === "allow") return "gain";
  return old.effect === "allow" && young.effect === "deny" ? "loss" : "error";
}

function decisionText({ effect, rule, ruleSource, error }: Decision): string {
  if (error !== "") return `${effect} (${error})`;
  return rule === "" ? `${effect} by no rule` : `${effect} by ${ruleSource}: ${rule}`;
}

interface SidedRule extends UncoveredRule {
  readonly of: "old" | "new";
}

function uncoveredOf({ uncovered }: PolicyDiff): readonly SidedRule[] {
  return [
    ...uncovered.old.map((each) => ({ ...each, of: "old" as const })),
    ...uncovered.young.map((each) => ({ ...each, of: "new" as const })),
  ];
}

/** Said even where nothing is found: what is not compared may differ. */
function uncoveredLines(rules: readonly SidedRule[]): string[] {
  if (rules.length === 0) return [];
  const shown = rules.slice(0, MOST_UNCOVERED).map(({ of, rule, reason }) => {
    const what = rule === null ? "the matcher" : `${sourceOf(rule)}: ${rule.text}`;
    return `  ${of} ${what} (${reason})`;
  });
  const rest = rules.length - shown.length;
  return [
    "",
    `not covered: ${rules.length} rules; requests that they may decide are compared by examples only`,
    ...shown,
    ...(rest === 0 ? [] : [`  and ${rest} more; --json lists all`]),
  ];
}

/** The line itself, where `source` is the first of equal ones. */
function sourceOf({ source, line }: { readonly source: string; readonly line: number }): string {
  return `${source.slice(0, source.lastIndexOf(":"))}:${line}`;
}

export function diffJson(diff: PolicyDiff, roles: ReadonlySet<string>): object {
  const uncovered = uncoveredOf(diff);
  return {
    ok: exitCodeOf(diff) === 0,
    compared: diff.decided,
    classes: diff.changed.map((each) => classJson(diff, each, roles)),
    not_covered: uncovered.map(({ of, rule, reason }) => ({
      of,
      rule: rule?.text ?? "",
      rule_source: rule === null ? "" : sourceOf(rule),
      reason,
    })),
  };
}

function classJson(
  { space }: PolicyDiff,
  { cells, found }: ChangedClass,
  roles: ReadonlySet<string>,
): object {
  const fields = space.dimensions.map((dimension, at) => ({
    name: dimension.field,
    described: describeCells(dimension, cells[at] ?? [], roles),
  }));
  return {
    change: kindOf(found),
    request: Object.fromEntries(fields.map(({ name, described }) => [name, described])),
    example: fields.map(({ described }) => described.example),
    old: decisionJson(found.old),
    new: decisionJson(found.young),
  };
}

function decisionJson({ effect, rule, ruleSource, error }: Decision): object {
  const decision = { decision: effect, rule, rule_source: ruleSource };
  return error === "" ? decision : { ...decision, error };
}
