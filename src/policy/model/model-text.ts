// Reads a casbin model file into the PolicyModel of one context, or says line by line why it is none.
import { messageOf } from "../../core/errors.ts";
import { DEFAULT_CONTEXT, definitionNames } from "./context.ts";
import { MAX_DEFINITION_FIELDS, MAX_MODEL_CHARS } from "../limits.ts";
import { definitionsIn, parseMatcher } from "../matcher/parser.ts";
import type { DefinitionNames, EffectText, PolicyModel, RoleDefinition } from "./model.ts";
import { EFFECTS } from "./model.ts";
import { type Definition, readSections } from "./model-sections.ts";
import type { PolicySource, ReportFault } from "../source.ts";

type ModelSource = Pick<PolicySource, "modelText" | "modelFile" | "context">;

/** null where the model has faults, all of them reported. */
export function readModel(
  { modelText: text, modelFile, context = DEFAULT_CONTEXT }: ModelSource,
  report: ReportFault,
): PolicyModel | null {
  let clean = true;
  const strict: ReportFault = (line, message) => {
    clean = false;
    report(line, message);
  };
  if (text.length > MAX_MODEL_CHARS) {
    report(0, `the model is longer than ${MAX_MODEL_CHARS} characters`);
    return null;
  }
  const model = modelOf({ ...definitionsOf(text, strict), file: modelFile }, context, strict);
  return clean ? model : null;
}

/** All definitions of a file; r, p, e and m by their names. */
interface Definitions {
  readonly file: string;
  readonly byName: ReadonlyMap<string, Definition>;
  readonly matchers: readonly string[];
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly effects: ReadonlyMap<string, EffectText>;
  readonly roles: readonly RoleDefinition[];
}

const SECTIONS = [
  ["request_definition", "r"],
  ["policy_definition", "p"],
  ["policy_effect", "e"],
  ["matchers", "m"],
] as const;

function definitionsOf(text: string, report: ReportFault): Omit<Definitions, "file"> {
  const sections = readSections(text, report);
  const byName = new Map<string, Definition>();
  for (const [section, letter] of SECTIONS) {
    const definitions = sections.get(section) ?? new Map<string, Definition>();
    if (definitions.size === 0) report(0, `[${section}] must define ${letter}`);
    reportGaps(definitions, letter, report);
    for (const [name, definition] of definitions) byName.set(name, definition);
  }
  const fields = new Map<string, readonly string[]>();
  const effects = new Map<string, EffectText>();
  for (const [name, definition] of byName) {
    if (/^[rp]/.test(name)) fields.set(name, fieldsOf(definition, report));
    const effect = name.startsWith("e") ? effectOf(definition, report) : null;
    if (effect !== null) effects.set(name, effect);
  }
  const roles = roleDefinitions(sections.get("role_definition"), report);
  const matchers = [...byName.keys()].filter((name) => name.startsWith("m"));
  return { byName, matchers, fields, effects, roles };
}

/** Casbin reads r, r2, r3 and so on up to the first that is not there. */
function reportGaps(
  definitions: ReadonlyMap<string, Definition>,
  letter: string,
  report: ReportFault,
): void {
  const expected = new Set(
    [...definitions].map((_, at) => (at === 0 ? letter : `${letter}${at + 1}`)),
  );
  for (const [name, { line, value }] of definitions) {
    if (!expected.has(name)) {
      report(line, `"${name}" is not read; ${unreadAdvice(name, letter)}`);
    }
    if (value === "") report(line, `"${name}" is empty`);
  }
}

function unreadAdvice(name: string, letter: string): string {
  if (!/^\w+$/.test(name)) return "a line that goes on in the next one ends with \\";
  const [home] =
    SECTIONS.find(([, other]) => /^[rpem]\d*$/.test(name) && name.startsWith(other)) ?? [];
  if (home !== undefined && !name.startsWith(letter)) return `it belongs under [${home}]`;
  return `definitions are named ${letter}, ${letter}2, ${letter}3 and so on`;
}

function modelOf(
  definitions: Definitions,
  context: string,
  report: ReportFault,
): PolicyModel | null {
  const names = definitionNames(context);
  if (names === null) {
    report(0, `"${context}" is no context; write 2, or each definition: r2,p2,e2,m2`);
    return null;
  }
  const others: PolicyModel[] = [];
  for (const m of definitions.matchers.filter((name) => name !== names.m)) {
    const guessed = namesOf(m, definitions, report);
    const other = guessed === null ? null : modelFor(guessed, definitions, report);
    if (other !== null) others.push(other);
  }
  const chosen = modelFor(names, definitions, report);
  return chosen === null ? null : { ...chosen, others };
}

/** What a matcher that no context chooses speaks of, and else what has its number. */
function namesOf(m: string, { byName }: Definitions, report: ReportFault): DefinitionNames | null {
  const { value = "", line = 0 } = byName.get(m) ?? {};
  const used = wordsOf(value);
  const name = (letter: string): string => {
    const [first, second] = used.filter((word) => word.startsWith(letter));
    if (second !== undefined) report(line, `${m} mixes ${first} and ${second}`);
    const numbered = `${letter}${m.slice(1)}`;
    return first ?? (byName.has(numbered) ? numbered : letter);
  };
  const names = { r: name("r"), p: name("p"), e: name("e"), m };
  const missing = [names.r, names.p].find((each) => !byName.has(each));
  if (missing !== undefined) report(line, `${m} speaks of ${missing}, which is not defined`);
  return missing === undefined ? names : null;
}

/** None where it can't be read, which parsing reports. */
function wordsOf(matcher: string): readonly string[] {
  try {
    return definitionsIn(matcher);
  } catch {
    return [];
  }
}

function modelFor(
  names: DefinitionNames,
  { file, byName, fields, effects, roles }: Definitions,
  report: ReportFault,
): PolicyModel | null {
  const absent = Object.values(names).filter((name) => !byName.has(name));
  if (byName.size > 0 && absent.length > 0) report(0, `the model does not define ${absent.join()}`);
  const [request, policy, effect] = [
    fields.get(names.r),
    fields.get(names.p),
    effects.get(names.e),
  ];
  const written = byName.get(names.m);
  const matcher = written === undefined ? null : matcherOf(written, names, report);
  if (request === undefined || policy === undefined || effect === undefined) return null;
  if (matcher === null) return null;
  const lineOf = (name: string): number => byName.get(name)?.line ?? 0;
  return {
    names,
    request,
    policy,
    roles,
    effect,
    matcher,
    requestLine: lineOf(names.r),
    effectLine: lineOf(names.e),
    matcherLine: lineOf(names.m),
    matcherSource: `${file}:${lineOf(names.m)}`,
    ruleTypes: new Map([...fields].filter(([name]) => name.startsWith("p"))),
    others: [],
  };
}

function fieldsOf({ value, line }: Definition, report: ReportFault): readonly string[] {
  const names = value.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      report(line, `"${name}" is not a field name; write letters, digits and _`);
  }
  if (new Set(names).size < names.length) report(line, "a field is named twice");
  if (names.length > MAX_DEFINITION_FIELDS) {
    report(line, `more than ${MAX_DEFINITION_FIELDS} fields`);
  }
  return names;
}

function roleDefinitions(
  section: ReadonlyMap<string, Definition> | undefined,
  report: ReportFault,
): readonly RoleDefinition[] {
  const roles: RoleDefinition[] = [];
  for (const [name, { value, line }] of section ?? []) {
    const expected = roles.length === 0 ? "g" : `g${roles.length + 1}`;
    const columns = value.split(",").map((column) => column.trim());
    const blanks = columns.every((column) => column === "_");
    if (name !== expected) report(line, `role definitions are named g, g2, g3 in this order`);
    if (!blanks || columns.length < 2 || columns.length > 3) {
      const conditional = value.includes("(")
        ? "; only casbin for Go knows conditions of links"
        : "";
      report(line, `write "${name} = _, _" or, with a domain, "${name} = _, _, _"${conditional}`);
    }
    roles.push({ name, arity: columns.length });
  }
  return roles;
}

/** Also as p_eft, and with p2 for p, which casbin's other languages want and this one can't read. */
function effectOf({ value, line }: Definition, report: ReportFault): EffectText | null {
  const effects = Object.values(EFFECTS);
  const plain = value.replace(/\bp\d*[._]eft\b/g, "p.eft");
  const effect = effects.find((known) => known === plain);
  if (effect !== undefined) return effect;
  report(line, `unknown effect; write exactly one of: ${effects.join("   ")}`);
  return null;
}

function matcherOf(
  { value, line }: Definition,
  names: DefinitionNames,
  report: ReportFault,
): PolicyModel["matcher"] | null {
  try {
    return parseMatcher(value, names);
  } catch (error) {
    report(line, `matcher: ${messageOf(error)}`);
    return null;
  }
}
