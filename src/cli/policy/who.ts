// `weir policy who`: everybody a policy allows one thing, by the rule that allows it.
import { Command } from "commander";
import { type Allowed, whoCan, type WhoAnswer } from "../../policy/classes/who.ts";
import type { Decision } from "../../policy/snapshot.ts";
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

type WhoOptions = FileOptions & GivenOptions;

export function whoCommand(): Command {
  const command = withFiles(new Command("who"))
    .description(
      "list who may do something, and by which rule; exit code 1 if nobody may, 2 if that is not known",
    )
    .argument("[dir]", "folder of model.conf and policy.csv", "policies");
  return withSubjectField(withGiven(command, ["path", "method"])).action(
    (dir: string, options: WhoOptions) =>
      answering(options, async () => {
        const input = await loadInput(dir, options);
        const field = subjectPosition(input, options);
        const given = givenValues(input, options).with(field, "");
        const missing = input.policy.model.request.filter((_, at) => given[at] === null);
        if (missing.length > 0) {
          throw unusable(input, `what is ${missing.join(", ")}? Give --field ${missing[0]}=VALUE`);
        }
        const request = given.map((value) => value ?? "");
        const answer = whoCan(input.policy, input.snapshot, { request, field });
        process.exitCode = exitCodeOf(answer);
        if (options.json) print(JSON.stringify(whoJson(answer)));
        else for (const line of whoLines(answer)) print(line);
      }),
  );
}

/** 1 where nobody may; 2 where nobody is found, and a rule that can't be taken apart may allow it. */
function exitCodeOf(answer: WhoAnswer): number {
  if (isAnybodyAllowed(answer)) return 0;
  return answer.uncovered.length > 0 ? EXIT_UNUSABLE : EXIT_FINDING;
}

function isAnybodyAllowed({ groups, anybody, anonymous, others }: WhoAnswer): boolean {
  return (
    groups.length > 0 ||
    others.length > 0 ||
    anybody.effect === "allow" ||
    anonymous.effect === "allow"
  );
}

function whoLines({ groups, anybody, anonymous, others, asked, uncovered }: WhoAnswer): string[] {
  return [
    ...groups.flatMap(({ rule, ruleSource, callers }) => [
      rule === "" ? "by no rule, by the effect's default" : `${ruleSource}: ${rule}`,
      ...callers.toSorted((one, other) => order(one) - order(other)).map(callerLine),
    ]),
    ...others.map(({ value, decision }) => `  names such as "${value}" (${decision.ruleSource})`),
    `anybody else (of ${asked} names asked): ${decisionText(anybody)}`,
    `anonymous: ${decisionText(anonymous)}`,
    ...uncoveredLines(uncovered),
  ];
}

/** Roles behind those who hold them. */
function order({ isRole }: Allowed): number {
  return isRole ? 1 : 0;
}

function callerLine({ name, rolePath }: Allowed): string {
  return rolePath.length < 2 ? `  ${name}` : `  ${rolePath.join(" > ")}`;
}

function decisionText({ effect, rule, ruleSource, error }: Decision): string {
  if (error !== "") return `${effect} (${error})`;
  return rule === "" ? effect : `${effect} by ${ruleSource}: ${rule}`;
}

function whoJson(answer: WhoAnswer): object {
  const { groups, anybody, anonymous, others, asked, uncovered } = answer;
  return {
    ok: isAnybodyAllowed(answer),
    asked,
    groups: groups.map(({ rule, ruleSource, callers }) => ({
      rule,
      rule_source: ruleSource,
      callers: callers.map(({ name, isRole, rolePath }) => ({
        name,
        is_role: isRole,
        role_path: rolePath,
      })),
    })),
    others: others.map(({ value, decision }) => ({ example: value, ...decisionJson(decision) })),
    anybody: decisionJson(anybody),
    anonymous: decisionJson(anonymous),
    not_covered: uncoveredJson(uncovered),
  };
}

function decisionJson({ effect, rule, ruleSource }: Decision): object {
  return { decision: effect, rule, rule_source: ruleSource };
}
