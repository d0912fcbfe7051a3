// Rules of files of alerts as they are written, for a running weir to try: it need not have them itself.
import { alertFilesOf, rulesOf } from "../../alerts/load-alerts.ts";
import { fileSchema } from "../../alerts/file-schema.ts";
import type { Rule } from "../../alerts/rule.ts";
import { readConfigText } from "../../config/config-text.ts";
import { parseYaml } from "../../config/document.ts";
import { formatFault } from "../../config/fault.ts";
import { listOf, mappingOf } from "../../config/raw.ts";
import { CommandError } from "../command-error.ts";

/** One rule, and what its file says: who checks it is the weir that is asked. */
export interface WrittenRule {
  readonly rule: Rule;
  readonly file: { readonly rules: readonly unknown[]; readonly slos: readonly unknown[] };
}

/** Of a file or a folder. Throws CommandError where one can't be read, or has a rule of another shape. */
export function readWritten(path: string): readonly WrittenRule[] {
  return alertFilesOf(path).flatMap((file) => {
    const root = rootOf(file);
    const [rules, slos] = [listOf(root["rules"]), listOf(root["slos"])];
    const written = { rules, slos };
    const shape = fileSchema.safeParse(written);
    if (!shape.success)
      throw unusable(file, 1, "has rules of a wrong shape; `weir check` says which");
    const asked = rulesOf(shape.data).filter(({ source }) => source.kind !== "status");
    return asked.map((rule) => ({ rule, file: written }));
  });
}

function rootOf(file: string): Readonly<Record<string, unknown>> {
  const text = readConfigText(file);
  if ("problem" in text) throw unusable(file, 1, text.problem);
  const parsed = parseYaml(text.value);
  if (parsed.ok) return mappingOf(parsed.document.root);
  const [first] = parsed.faults;
  throw unusable(file, first?.line ?? 1, first?.message ?? "is no YAML");
}

function unusable(file: string, line: number, message: string): CommandError {
  return new CommandError("bad_config", formatFault({ file, line, keyPath: "(file)", message }));
}
