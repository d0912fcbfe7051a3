// One file of alerts: what of it is sound, and every fault with its line. A bad rule takes no other along.
import { dirname } from "node:path";
import { readConfigText } from "../config/config-text.ts";
import { parseYaml, type ParsedDocument } from "../config/document.ts";
import { type Fault, type Finding, formatKeyPath } from "../config/fault.ts";
import { listOf, mappingOf, textOf } from "../config/raw.ts";
import { type Environment, resolveReferences } from "../config/references.ts";
import { findRepeated } from "../config/repeated.ts";
import { checkSchema } from "../config/schema-check.ts";
import { checkNotifier } from "./check-notifier.ts";
import { checkRule, checkSlo, type Known } from "./build-rule.ts";
import { type FileInput, fileSchema } from "./file-schema.ts";

export interface ReadFile {
  /** Without what is faulty. */
  readonly input: FileInput;
  readonly faults: readonly Fault[];
  /** Absolute paths of files that secrets stand in. */
  readonly files: readonly string[];
  /** Names of what is faulty, by list; null: nothing of the file can be read. */
  readonly lost: Lost | null;
}

type List = "rules" | "slos" | "notify";
type Lost = Readonly<Record<List, readonly string[]>>;

type Root = Readonly<Record<string, unknown>>;

const NOTHING = fileSchema.parse({});

/** A file that can't be read, or is no YAML, is one fault, and nothing of it holds. */
export function readAlertsFile(file: string, known: Known, env: Environment): ReadFile {
  const text = readConfigText(file);
  if ("problem" in text) return refused(file, [{ line: 1, message: text.problem }]);
  const parsed = parseYaml(text.value);
  if (!parsed.ok) return refused(file, parsed.faults);
  const { document } = parsed;
  const root = mappingOf(document.root);
  // Only who is told has secrets; elsewhere ${ is a text like any other.
  const { root: notify, ...resolved } = resolveReferences(root["notify"], dirname(file), env);
  const secrets = [...resolved.findings, ...openSecrets(root["notify"])];
  const whole = notify === undefined ? root : { ...root, notify };
  const { input, findings } = checkFile(whole, known, [
    ...document.findings,
    ...secrets.map(({ path, message }) => ({ path: ["notify", ...path], message })),
  ]);
  const faults = placed(file, document, findings);
  return { input, faults, files: resolved.files, lost: lostOf(root, input) };
}

/** Names of those whom a file says to tell, sound or not. */
export function notifiersIn(file: string): readonly string[] {
  const text = readConfigText(file);
  const parsed = "problem" in text ? null : parseYaml(text.value);
  if (parsed?.ok !== true) return [];
  const { notify } = mappingOf(parsed.document.root);
  return listOf(notify).map((each) => textOf(mappingOf(each)["name"]));
}

function refused(file: string, faults: readonly Omit<Fault, "file" | "keyPath">[]): ReadFile {
  const keyPath = formatKeyPath([]);
  const told = faults.map((each) => ({ ...each, file, keyPath }));
  return { input: NOTHING, faults: told, files: [], lost: null };
}

function lostOf(root: Root, { rules, slos, notify }: FileInput): Lost {
  const without = (list: List, sound: readonly string[]): string[] =>
    listOf(root[list])
      .map((each) => textOf(mappingOf(each)[NAMES[list]]))
      .filter((name) => !sound.includes(name));
  return {
    rules: without(
      "rules",
      rules.map(({ name }) => name),
    ),
    slos: without(
      "slos",
      slos.map(({ route }) => route),
    ),
    notify: without(
      "notify",
      notify.map(({ name }) => name),
    ),
  };
}

/** What was sound before goes on in place of what is faulty now: a slip of the pen must not end an alert. */
export function mended({ input, lost }: ReadFile, before: FileInput | undefined): FileInput {
  if (before === undefined) return input;
  if (lost === null) return before;
  return {
    ...input,
    rules: [...input.rules, ...before.rules.filter(({ name }) => lost.rules.includes(name))],
    slos: [...input.slos, ...before.slos.filter(({ route }) => lost.slos.includes(route))],
    notify: [...input.notify, ...before.notify.filter(({ name }) => lost.notify.includes(name))],
  };
}

/** What a file says, once what is faulty is left out. */
export function checkFile(
  root: Root,
  known: Known,
  before: readonly Finding[] = [],
): { readonly input: FileInput; readonly findings: readonly Finding[] } {
  const shape = checkSchema(fileSchema, root);
  const found = [...before, ...(shape.ok ? [] : shape.findings), ...repeated(root)];
  const sound = checkSchema(fileSchema, without(root, found));
  if (!sound.ok) return { input: NOTHING, findings: [...found, ...sound.findings] };
  const { input } = sound;
  // Places in the file, for some before may be left out.
  const check = <T>(list: List, items: readonly T[], faultsOf: (item: T) => readonly Finding[]) => {
    const places = soundPlaces(list, root[list], found);
    const faulty = items.map((item, at) =>
      faultsOf(item).map(({ path, message }) => {
        return { path: [list, places[at] ?? at, ...path], message };
      }),
    );
    return { sound: items.filter((_, at) => faulty[at]?.length === 0), findings: faulty.flat() };
  };
  const rules = check("rules", input.rules, (rule) => checkRule(rule, known));
  const slos = check("slos", input.slos, (slo) => checkSlo(slo, known));
  const notify = check("notify", input.notify, checkNotifier);
  return {
    input: { ...input, rules: rules.sound, slos: slos.sound, notify: notify.sound },
    findings: [...found, ...rules.findings, ...slos.findings, ...notify.findings],
  };
}

const LISTS: readonly List[] = ["rules", "slos", "notify"];
const NAMES: Readonly<Record<List, string>> = { rules: "name", slos: "route", notify: "name" };

function repeated(root: Root): readonly Finding[] {
  return LISTS.flatMap((list) => {
    const names = listOf(root[list]).map((each, at) => {
      return { id: textOf(mappingOf(each)[NAMES[list]]), path: [list, at, NAMES[list]] };
    });
    return findRepeated(names, NAMES[list]);
  });
}

/** Without items of lists that something is wrong with; of all else that is faulty, what holds by default stays. */
function without(root: Root, findings: readonly Finding[]): Root {
  const entries = Object.entries(root).flatMap(([key, value]) => {
    const own = findings.filter(({ path }) => path[0] === key);
    if (own.length === 0) return [[key, value]];
    if (!LISTS.some((list) => list === key) || own.some(({ path }) => path.length === 1)) return [];
    return [[key, soundPlaces(key, value, own).map((at) => listOf(value)[at])]];
  });
  return Object.fromEntries(entries) as Root;
}

function soundPlaces(
  list: string,
  value: unknown,
  findings: readonly Finding[],
): readonly number[] {
  const bad = new Set(findings.flatMap(({ path }) => (path[0] === list ? [path[1]] : [])));
  return [...listOf(value).keys()].filter((at) => !bad.has(at));
}

/** Secrets that stand in the file itself, for whoever reads it, its backups or its history. */
function openSecrets(notify: unknown): readonly Finding[] {
  const message = "is a secret; give a reference, such as ${env:NAME} or ${file:PATH}";
  return listOf(notify).flatMap((each, at) => {
    const raw = mappingOf(each);
    const keys = ["secret", "password", ...(raw["kind"] === "slack" ? ["url"] : [])];
    return keys
      .filter((key) => textOf(raw[key]) !== "" && !textOf(raw[key]).includes("${"))
      .map((key) => ({ path: [at, key], message }));
  });
}

/** One fault for a key path, as in the config. */
function placed(file: string, document: ParsedDocument, findings: readonly Finding[]): Fault[] {
  const faults = new Map<string, Fault>();
  for (const { path, message } of findings) {
    const keyPath = formatKeyPath(path);
    if (faults.has(keyPath)) continue;
    faults.set(keyPath, { file, line: document.lineOf(path), keyPath, message });
  }
  return [...faults.values()].sort((a, b) => a.line - b.line);
}
