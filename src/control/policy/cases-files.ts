// Where a policy's cases are: cases.yaml and the folder cases/ beside the rules, or where one says.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { isFolder } from "../../core/folder.ts";
import { MAX_CASES_CHARS } from "../../policy/cases/policy-case.ts";
import type { PolicyFault } from "../../policy/source.ts";
import { isEndless, NO_FILE } from "../named-file.ts";

const EXTENSION = /\.ya?ml$/i;

/** A name on the way begins with a dot. */
const HIDDEN = /(?:^|[\\/])\./;

/** A path that is a folder stands for the YAML files in it, however deep: none is left out unsaid. */
export function findCasesFiles(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => (isFolder(path) ? yamlFilesIn(path) : [path])))];
}

/** The file with cases, and the folder beside it; either may be missing. */
export function usualCasesPaths(file: string): readonly string[] {
  return [file, join(dirname(file), "cases")];
}

/** A file's text, or why it can't be had. */
export function readCasesFile(file: string): { readonly text: string } | PolicyFault {
  try {
    // Bytes are at least as many as characters; far larger files are not even read.
    if (isEndless(file)) throw new Error(NO_FILE);
    if (statSync(file).size > 4 * MAX_CASES_CHARS) throw new Error("is too large; split it");
    return { text: readFileSync(file, "utf8") };
  } catch (thrown) {
    return { file, line: 0, message: messageOf(thrown) };
  }
}

function yamlFilesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { encoding: "utf8", recursive: true });
  const cases = names.filter((name) => EXTENSION.test(name) && !HIDDEN.test(name));
  return cases.sort().map((name) => join(folder, name));
}
