// All that is said of alerts, from one file or a folder of them: rules, who is told, and every fault.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Fault, formatFault } from "../config/fault.ts";
import type { Environment } from "../config/references.ts";
import { isFolder } from "../core/folder.ts";
import { buildRule, type Nameable } from "./build-rule.ts";
import { BUILT_IN_RULES } from "./built-in.ts";
import { durationMs } from "./duration.ts";
import { type FileInput, fileSchema } from "./file-schema.ts";
import type { GroupOptions, NotifierOptions } from "./notifier-options.ts";
import { mended, notifiersIn, readAlertsFile, type ReadFile } from "./read-file.ts";
import type { Rule, Slo } from "./rule.ts";
import { buildSlo, sloRules } from "./slo.ts";

export interface LoadedAlerts {
  readonly rules: readonly Rule[];
  readonly slos: readonly Slo[];
  readonly notifiers: readonly NotifierOptions[];
  readonly group: GroupOptions;
  /** What they concern does not hold; all else does. */
  readonly faults: readonly Fault[];
  /** Of all that holds, and of what does not. */
  readonly revision: string;
  /** Absolute paths to be watched. */
  readonly files: readonly string[];
  /** What is sound, by file. */
  readonly inputs: ReadonlyMap<string, FileInput>;
}

export interface LoadContext extends Nameable {
  readonly env: Environment;
  /** What held until now goes on in place of what is faulty. */
  readonly before?: Pick<LoadedAlerts, "inputs">;
}

const USUAL_GROUP = fileSchema.shape.group.unwrap().parse({});

/** Never throws. `path`: a file or a folder; empty: only the built-in rules. */
export function loadAlerts(path: string, context: LoadContext): LoadedAlerts {
  const { env, before } = context;
  const files = path === "" ? [] : alertFilesOf(path);
  // A rule may name who is told by another file.
  const known = { ...context, notifiers: files.flatMap(notifiersIn) };
  const read = files.map((file) => {
    const each = readAlertsFile(file, known, env);
    return { file, ...each, input: mended(each, before?.inputs.get(file)) };
  });
  const { inputs, faults: doubled } = joined(read);
  const faults = [...read.flatMap((each) => each.faults), ...doubled];
  const own = inputs.flatMap(rulesOf);
  const names = new Set(own.map(({ name }) => name));
  const content = {
    slos: inputs.flatMap(({ slos }) => slos.map(buildSlo)),
    rules: [...own, ...BUILT_IN_RULES.filter(({ name }) => !names.has(name))],
    notifiers: inputs.flatMap(({ notify }) => notify),
    group: groupOf(inputs),
  };
  const said = JSON.stringify([content, faults.map(formatFault)]);
  const revision = createHash("sha256").update(said).digest("hex").slice(0, 12);
  const watched = [...read.flatMap((each) => [each.file, ...each.files]), path];
  return {
    ...content,
    faults,
    revision,
    files: watched.filter((each) => each !== ""),
    inputs: new Map(read.map(({ file, input }) => [file, input])),
  };
}

/** Those that SLOs bring along, too. */
export function rulesOf({ rules, slos }: FileInput): readonly Rule[] {
  return [...slos.flatMap(sloRules), ...rules.map(buildRule)];
}

/** YAML files of a folder, by name; of anything else, itself. */
export function alertFilesOf(path: string): readonly string[] {
  if (!isFolder(path)) return [path];
  const names = readdirSync(path).filter((name) => /^[^.].*\.ya?ml$/i.test(name));
  return names.sort().map((name) => join(path, name));
}

/** A name, and how alerts are grouped, may be said once in all files. */
function joined(read: readonly (ReadFile & { readonly file: string })[]): {
  readonly inputs: readonly FileInput[];
  readonly faults: readonly Fault[];
} {
  const faults: Fault[] = [];
  const first = new Map<string, string>();
  const isFirst = (what: string, file: string): boolean => {
    const known = first.get(what);
    if (known === undefined) first.set(what, file);
    else faults.push({ file, line: 1, keyPath: what, message: `is in ${known} already` });
    return known === undefined;
  };
  const inputs = read.map(({ file, input }) => ({
    rules: input.rules.filter(({ name }) => isFirst(`rules ${name}`, file)),
    slos: input.slos.filter(({ route }) => isFirst(`slos ${route}`, file)),
    notify: input.notify.filter(({ name }) => isFirst(`notify ${name}`, file)),
    group: input.group !== undefined && isFirst("group", file) ? input.group : undefined,
  }));
  return { inputs, faults };
}

function groupOf(inputs: readonly FileInput[]): GroupOptions {
  const { by, wait, repeat } =
    inputs.map(({ group }) => group).find((group) => group !== undefined) ?? USUAL_GROUP;
  return { by, waitMs: durationMs(wait) ?? 0, repeatMs: durationMs(repeat) ?? 0 };
}
