// Reads a policy's two files into plain data, as one moment sees them.
import { readFileSync } from "node:fs";
import type { PolicyFiles } from "../../policy/options.ts";
import type { PolicyFault, PolicySource } from "../../policy/source.ts";
import { isEndless, NO_FILE, shownFile, unreadable } from "../named-file.ts";

const EMPTY = "is empty; write rules, or a comment that says why there are none";

/** Somebody is about to write an empty file, or lost what was in it: nobody wishes so to deny everybody. */
export function readFilledPolicy(files: PolicyFiles): PolicySource | PolicyFault {
  const endless = [files.model, files.rules].find(isEndless);
  if (endless !== undefined) return { file: shownFile(endless), line: 1, message: NO_FILE };
  const source = readPolicySource(files);
  if ("message" in source || source.rulesText.trim() !== "") return source;
  return { file: source.rulesFile, line: 1, message: EMPTY };
}

/** Both texts, or why one can't be had. */
export function readPolicySource(files: PolicyFiles): PolicySource | PolicyFault {
  const { model, rules, context = "" } = files;
  const names = { modelFile: shownFile(model), rulesFile: shownFile(rules) };
  const chosen = context === "" ? {} : { context };
  try {
    const modelText = readFileSync(model, "utf8");
    return { ...names, ...chosen, modelText, rulesText: readFileSync(rules, "utf8") };
  } catch (thrown) {
    const { path = rules } = thrown as NodeJS.ErrnoException;
    return { file: shownFile(path), line: 1, message: unreadable(thrown) };
  }
}
