// Reads a casbin model file into a PolicyModel, or says line by line why it is none.
import { MAX_DEFINITION_FIELDS, MAX_MODEL_CHARS } from "./limits.ts";
import { parseMatcher } from "./matcher-parser.ts";
import { EFFECTS, type EffectText, type PolicyModel, type RoleDefinition } from "./model.ts";
import { readSections, type Definition, type ModelSections } from "./model-sections.ts";
import { messageOf } from "../core/errors.ts";
import type { ReportFault } from "./source.ts";

/** null where the model has faults, all of them reported. */
export function readModel(text: string, report: ReportFault): PolicyModel | null {
  let clean = true;
  const strict: ReportFault = (line, message) => {
    clean = false;
    report(line, message);
  };
  if (text.length > MAX_MODEL_CHARS) {
    report(0, `the model is longer than ${MAX_MODEL_CHARS} characters`);
    return null;
  }
  const model = modelOf(readSections(text, strict), strict);
  return clean ? model : null;
}

function modelOf(sections: ModelSections, report: ReportFault): PolicyModel | null {
  const definition = (section: string, key: string): Definition | null =>
    onlyDefinition({ sections, section, key }, report);
  const request = definition("request_definition", "r");
  const policy = definition("policy_definition", "p");
  const effect = definition("policy_effect", "e");
  const matcher = definition("matchers", "m");
  const roles = roleDefinitions(sections.get("role_definition"), report);
  if (request === null || policy === null || effect === null || matcher === null) return null;
  const effectText = effectOf(effect, report);
  const expression = matcherOf(matcher, report);
  const fields = { request: fieldsOf(request, report), policy: fieldsOf(policy, report) };
  if (effectText === null || expression === null) return null;
  return {
    ...fields,
    roles,
    effect: effectText,
    matcher: expression,
    requestLine: request.line,
    effectLine: effect.line,
    matcherLine: matcher.line,
  };
}

interface Place {
  readonly sections: ModelSections;
  readonly section: string;
  readonly key: string;
}

function onlyDefinition({ sections, section, key }: Place, report: ReportFault): Definition | null {
  const definitions = sections.get(section) ?? new Map<string, Definition>();
  for (const [name, { line }] of definitions) {
    if (name !== key) report(line, `"${name}" is not supported; [${section}] defines only ${key}`);
  }
  const definition = definitions.get(key);
  if (definition !== undefined && definition.value !== "") return definition;
  report(definition?.line ?? 0, `[${section}] must define ${key}`);
  return null;
}

function fieldsOf({ value, line }: Definition, report: ReportFault): readonly string[] {
  const names = value.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) report(line, `"${name}" is not a field name`);
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
      report(line, `write "${name} = _, _" or, with a domain, "${name} = _, _, _"`);
    }
    roles.push({ name, arity: columns.length });
  }
  return roles;
}

function effectOf({ value, line }: Definition, report: ReportFault): EffectText | null {
  const effects = Object.values(EFFECTS);
  const effect = effects.find((known) => known === value);
  if (effect !== undefined) return effect;
  report(line, `unknown effect; write exactly one of: ${effects.join("   ")}`);
  return null;
}

function matcherOf(
  { value, line }: Definition,
  report: ReportFault,
): PolicyModel["matcher"] | null {
  try {
    return parseMatcher(value);
  } catch (error) {
    report(line, `matcher: ${messageOf(error)}`);
    return null;
  }
}
