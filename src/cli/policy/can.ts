// `weir policy can`: what one caller may do, and what a rule denies it though another one allows it.
import { compare } from "../../core/compare.ts";
import { Command } from "commander";
import { describeCells } from "../../policy/classes/describe.ts";
import type { MergedClass } from "../../policy/classes/merge.ts";
import { isNamed } from "../../policy/classes/values.ts";
import { widestOf } from "../../policy/classes/widest.ts";
import { whatCan, type WhatAnswer } from "../../policy/classes/what.ts";
import type { Decision } from "../../policy/snapshot.ts";
import { inColumns } from "./columns.ts";
import {
  answering,
  EXIT_FINDING,
  EXIT_UNUSABLE,
  type FileOptions,
  print,
  withFiles,
} from "./command.ts";
import {
  type GivenOptions,
  givenValues,
  subjectPosition,
  unusable,
  withGiven,
  withSubjectField,
} from "./given.ts";
import { loadInput } from "./input.ts";
import { uncoveredJson, uncoveredLines } from "./uncovered-lines.ts";

type CanOptions = FileOptions & GivenOptions & { readonly all?: true };
type DecidedClass = MergedClass<Decision>;

interface Report {
  readonly answer: WhatAnswer;
  readonly subject: string;
  readonly isKnown: boolean;
  /** Position of the subject, which is the same in every line. */
  readonly field: number;
  readonly all: boolean;
}

export function canCommand(): Command {
  const command = withFiles(new Command("can"))
    .description(
      "list what a caller may do, and by which rule; exit code 1 if nothing, 2 if that is not known",
    )
    .argument("<subject>", "the caller's name")
    .argument("[dir]", "folder of model.conf and policy.csv", "policies")
    .option("--all", "each path that the rules tell apart, not only the widest");
  return withSubjectField(withGiven(command, ["path", "method"])).action(
    (subject: string, dir: string, options: CanOptions) =>
      answering(options, async () => {
        const input = await loadInput(dir, options);
        const field = subjectPosition(input, options);
        const only = givenValues(input, options).with(field, subject);
        const result = whatCan(input.policy, input.snapshot, { only });
        if (!result.ok) {
          throw unusable(input, `${result.message}; narrow by --path, --method or --field`);
        }
        const { answer } = result;
        const isKnown = isNamed(input.policy, field, subject);
        process.exitCode = exitCodeOf(answer);
        const report = { answer, subject, isKnown, field, all: options.all === true };
        if (options.json) print(JSON.stringify(canJson(report)));
        else for (const line of canLines(report)) print(line);
      }),
  );
}

/** 1 where there is nothing; 2 where nothing is found, and what can't be listed may be something. */
function exitCodeOf({ allowed, allowsRest, uncovered }: WhatAnswer): number {
  if (allowed.length > 0 || allowsRest) return 0;
  return uncovered.length > 0 ? EXIT_UNUSABLE : EXIT_FINDING;
}

function canLines(report: Report): string[] {
  const { answer, subject, isKnown } = report;
  const { allowed, denied, allowsRest, uncovered } = answer;
  return [
    ...(isKnown ? [] : [`The policy does not name ${subject}; this is what anybody may do:`]),
    ...(allowed.length === 0 && !allowsRest ? [nothingLine(subject, uncovered.length)] : []),
    ...listLines("may", allowed, report),
    ...listLines("may not", denied, report),
    ...(allowsRest ? ["everything else is allowed: no rule denies it"] : []),
    ...uncoveredLines(uncovered),
  ];
}

function nothingLine(subject: string, uncovered: number): string {
  return uncovered === 0 ? `${subject} may do nothing` : `nothing found that ${subject} may do`;
}

function listLines(title: string, classes: readonly DecidedClass[], report: Report): string[] {
  if (classes.length === 0) return [];
  const shown = shownClasses(classes, report);
  const rows = shown.map((each) => classRow(each, report)).toSorted(byFirst);
  return [title, ...inColumns(rows)];
}

function shownClasses(
  classes: readonly DecidedClass[],
  { answer, all }: Report,
): readonly DecidedClass[] {
  return all ? classes : widestOf(answer.space, classes, ({ ruleSource }) => ruleSource);
}

function classRow({ cells, found }: DecidedClass, { answer, field }: Report): string[] {
  const texts = answer.space.dimensions.map(
    (dimension, at) => describeCells(dimension, cells[at] ?? [], NO_ROLES).text,
  );
  const { rule, ruleSource, rolePath } = found;
  const by = rule === "" ? "by no rule" : `${ruleSource}: ${rule}`;
  const as = rolePath.length < 2 ? "" : `  as ${rolePath.join(" > ")}`;
  return [...texts.toSpliced(field, 1), `${by}${as}`];
}

function byFirst([one = ""]: readonly string[], [other = ""]: readonly string[]): number {
  return compare(one, other);
}

const NO_ROLES: ReadonlySet<string> = new Set();

function canJson(report: Report): object {
  const { answer, subject, isKnown } = report;
  const { allowed, denied, allowsRest, uncovered } = answer;
  return {
    ok: allowed.length > 0 || allowsRest,
    subject,
    named: isKnown,
    may: shownClasses(allowed, report).map((each) => classJson(each, report)),
    may_not: shownClasses(denied, report).map((each) => classJson(each, report)),
    allows_rest: allowsRest,
    not_covered: uncoveredJson(uncovered),
  };
}

function classJson({ cells, found }: DecidedClass, { answer: { space } }: Report): object {
  const fields = space.dimensions.map((dimension, at) => ({
    name: dimension.field,
    described: describeCells(dimension, cells[at] ?? [], NO_ROLES),
  }));
  return {
    request: Object.fromEntries(fields.map(({ name, described }) => [name, described])),
    example: fields.map(({ described }) => described.example),
    rule: found.rule,
    rule_source: found.ruleSource,
    role_path: found.rolePath,
  };
}
