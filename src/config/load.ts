// Reads a config file whole: either a Config, or every fault in it with its line.
import { dirname, resolve } from "node:path";
import { readConfigText } from "./config-text.ts";
import { crossCheck } from "./cross-check.ts";
import { parseYaml, type ParsedDocument } from "./document.ts";
import { formatKeyPath, type Fault, type Finding } from "./fault.ts";
import { loaded, type LoadResult } from "./load-result.ts";
import { openSecrets } from "./open-secrets.ts";
import { absolutePath, namedFilesIn } from "./named-files.ts";
import { mappingOf, textOf } from "./raw.ts";
import { resolveReferences, type Environment, type References } from "./references.ts";
import { type ConfigInput, configSchema } from "./schema.ts";
import { checkSchema, type SchemaResult } from "./schema-check.ts";

interface Refused {
  readonly ok: false;
  readonly faults: readonly Fault[];
}

/** Reads, checks and completes a config file; relative paths in it begin at its folder. */
export function loadConfig(file: string, env: Environment): LoadResult {
  const read = readDocument(file);
  if (!read.ok) return read;
  const result = checkDocument(file, read.document, env);
  return result.ok ? { ...result, openSecrets: openSecrets(read.document.root) } : result;
}

type SectionName = keyof ConfigInput;

export type SectionResult<Name extends SectionName> =
  | { readonly ok: true; readonly value: ConfigInput[Name] }
  | Refused;

/** One section alone: the rest may be unsound, and its secrets unset. Relative paths stay as written. */
export function loadSection<Name extends SectionName>(
  file: string,
  name: Name,
  env: Environment,
): SectionResult<Name> {
  const read = readDocument(file);
  if (!read.ok) return read;
  const root = read.document.root as Readonly<Record<string, unknown>>;
  const alone: Readonly<Record<string, unknown>> = { [name]: root[name] };
  const { references, findings } = inspect(file, { ...read.document, root: alone }, env);
  const own = findings.filter(({ path }) => path[0] === name);
  if (own.length > 0) return { ok: false, faults: toFaults(file, read.document, own) };
  const { [name]: raw } = references.root as typeof alone;
  const value = configSchema.shape[name].parse(raw);
  return { ok: true, value: value as ConfigInput[Name] };
}

/** The users file that a config names, whatever else is unsound in it; null: none. */
export function usersFileIn(file: string, env: Environment): UsersFileResult {
  const read = readDocument(file);
  if (!read.ok) return read;
  const { users } = mappingOf(mappingOf(read.document.root)["identity"]);
  const folder = dirname(resolve(file));
  const { root, findings } = resolveReferences(mappingOf(users)["file"], folder, env);
  const placed = findings.map(({ path, message }) => {
    return { path: ["identity", "users", "file", ...path], message };
  });
  if (placed.length > 0) return { ok: false, faults: toFaults(file, read.document, placed) };
  return { ok: true, users: absolutePath(folder, textOf(root)) || null };
}

export type UsersFileResult = { readonly ok: true; readonly users: string | null } | Refused;

type ReadDocument = { readonly ok: true; readonly document: ParsedDocument } | Refused;

function readDocument(file: string): ReadDocument {
  const text = readConfigText(file);
  if ("problem" in text) return { ok: false, faults: [wholeFile(file, 1, text.problem)] };
  const parsed = parseYaml(text.value);
  if (parsed.ok) return parsed;
  const faults = parsed.faults.map(({ line, message }) => wholeFile(file, line, message));
  return { ok: false, faults };
}

/** The same for what would stand in a file; relative paths begin at `folder`, faults have no lines. */
export function loadConfigObject(root: unknown, folder: string, env: Environment): LoadResult {
  return checkDocument(resolve(folder, "config"), { root, findings: [], lineOf: () => 1 }, env);
}

function checkDocument(file: string, document: ParsedDocument, env: Environment): LoadResult {
  const { references, schema, findings } = inspect(file, document, env);
  const folder = dirname(resolve(file));
  const files = [resolve(file), ...references.files];
  if (findings.length > 0 || !schema.ok) {
    files.push(...namedFilesIn(references.root, folder));
    return { ok: false, faults: toFaults(file, document, findings), files };
  }
  return loaded(schema.input, folder, files);
}

interface Inspected {
  readonly references: References;
  readonly schema: SchemaResult<ConfigInput>;
  readonly findings: readonly Finding[];
}

function inspect(file: string, document: ParsedDocument, env: Environment): Inspected {
  const folder = dirname(resolve(file));
  const references = resolveReferences(document.root, folder, env);
  const schema = checkSchema(configSchema, references.root);
  const findings = [
    ...document.findings,
    ...references.findings,
    ...(schema.ok ? [] : schema.findings),
    ...crossCheck(references.root, folder),
  ];
  return { references, schema, findings };
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
