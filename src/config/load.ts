// Reads a config file whole: either a Config, or every fault in it with its line.
import { dirname, resolve } from "node:path";
import { readConfigText } from "./config-text.ts";
import { crossCheck } from "./cross-check.ts";
import { parseYaml, type ParsedDocument } from "./document.ts";
import { formatKeyPath, type Fault, type Finding } from "./fault.ts";
import { loaded, type LoadResult } from "./load-result.ts";
import { resolveReferences, type Environment } from "./references.ts";
import { checkSchema } from "./schema-check.ts";

/** Reads, checks and completes a config file; relative paths in it begin at its folder. */
export function loadConfig(file: string, env: Environment): LoadResult {
  const text = readConfigText(file);
  if ("problem" in text) return { ok: false, faults: [wholeFile(file, 1, text.problem)] };
  const parsed = parseYaml(text.value);
  if (!parsed.ok) {
    return {
      ok: false,
      faults: parsed.faults.map(({ line, message }) => wholeFile(file, line, message)),
    };
  }
  return checkDocument(file, parsed.document, env);
}

/** The same for what would stand in a file; relative paths begin at `folder`, faults have no lines. */
export function loadConfigObject(root: unknown, folder: string, env: Environment): LoadResult {
  return checkDocument(resolve(folder, "config"), { root, findings: [], lineOf: () => 1 }, env);
}

function checkDocument(file: string, document: ParsedDocument, env: Environment): LoadResult {
  const folder = dirname(resolve(file));
  const references = resolveReferences(document.root, folder, env);
  const schema = checkSchema(references.root);
  const findings = [
    ...document.findings,
    ...references.findings,
    ...(schema.ok ? [] : schema.findings),
    ...crossCheck(references.root, folder),
  ];
  if (findings.length > 0 || !schema.ok) {
    return { ok: false, faults: toFaults(file, document, findings) };
  }
  return loaded(schema.input, folder, [resolve(file), ...references.files]);
}

/** One fault for a key path: what is found later follows from what was found first. */
function toFaults(file: string, document: ParsedDocument, findings: readonly Finding[]): Fault[] {
  const faults = new Map<string, Fault>();
  for (const { path, message } of findings) {
    const keyPath = formatKeyPath(path);
    if (faults.has(keyPath)) continue;
    faults.set(keyPath, { file, line: document.lineOf(path), keyPath, message });
  }
  return [...faults.values()].sort((a, b) => a.line - b.line);
}

function wholeFile(file: string, line: number, message: string): Fault {
  return { file, line, keyPath: formatKeyPath([]), message };
}
