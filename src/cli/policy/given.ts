// The fields of a request that a command is given: by what they are for, or by name.
import type { Command } from "commander";
import { type FieldUse, fieldUses, USES } from "../../policy/classes/field-uses.ts";
import { type PolicyInput, UnusableError } from "./input.ts";

export interface GivenOptions extends Partial<Readonly<Record<FieldUse, string>>> {
  readonly field?: readonly string[];
  readonly subjectField?: string;
}

/** `uses` are those that have an option of their own. */
export function withGiven(command: Command, uses: readonly FieldUse[]): Command {
  for (const use of uses) command.option(`--${use} <value>`, `only requests of this ${use}`);
  return command.option(
    "--field <name=value>",
    "only requests with this value of a field of r; may be repeated",
    (value: string, known: readonly string[] | undefined) => [...(known ?? []), value],
  );
}

/** Where a model calls its subject something else. */
export function withSubjectField(command: Command): Command {
  return command.option(
    "--subject-field <name>",
    "which field of r is the caller, where its name does not say so",
  );
}

/** The values in the order of r, null where none is given. Throws UnusableError. */
export function givenValues(input: PolicyInput, options: GivenOptions): readonly (string | null)[] {
  const { request } = input.policy.model;
  const values = new Map<number, string>();
  for (const use of USES) {
    const value = options[use];
    if (value !== undefined)
      values.set(positionOf(use, input, "give it by --field NAME=VALUE"), value);
  }
  for (const text of options.field ?? []) {
    const cut = text.indexOf("=");
    if (cut < 0) throw unusable(input, `--field ${text}: write NAME=VALUE`);
    values.set(namedPosition(text.slice(0, cut), input), text.slice(cut + 1));
  }
  return request.map((_, at) => values.get(at) ?? null);
}

/** The position of the caller in r. Throws UnusableError. */
export function subjectPosition(input: PolicyInput, { subjectField }: GivenOptions): number {
  if (subjectField !== undefined) return namedPosition(subjectField, input);
  return positionOf("subject", input, "name it with --subject-field");
}

/** Throws UnusableError. */
function positionOf(use: FieldUse, input: PolicyInput, advice: string): number {
  const at = fieldUses(input.policy.model.request, input.request)[use];
  if (at >= 0) return at;
  const names = input.policy.model.request.join(", ");
  throw unusable(input, `which field of r is the ${use}? It has ${names}; ${advice}`);
}

/** Throws UnusableError. */
function namedPosition(name: string, input: PolicyInput): number {
  const { request } = input.policy.model;
  const at = request.indexOf(name);
  if (at < 0) throw unusable(input, `r has no field "${name}"; it has ${request.join(", ")}`);
  return at;
}

export function unusable({ source, policy }: PolicyInput, message: string): UnusableError {
  return new UnusableError([{ file: source.modelFile, line: policy.model.requestLine, message }]);
}
