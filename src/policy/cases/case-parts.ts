// The parts of a case as YAML has them: each is its value, or reported and undefined.
import { MAX_TUPLE_DEPTH, MAX_TUPLE_VALUES } from "../limits.ts";
import { readRules } from "../rules/rules-text.ts";
import type { RequestTuple, RequestValue } from "../request/tuple.ts";
import { MAX_NAME_CHARS, type PolicyCase } from "./policy-case.ts";
import type { YamlEntry, YamlMapping, YamlNodes } from "./yaml-nodes.ts";

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/;

export function readName(nodes: YamlNodes, parts: YamlMapping): string | undefined {
  if (!parts.has("name")) return refused(nodes, parts.node, "name: is missing");
  const name = nodes.scalar(parts.get("name"))?.value;
  const fault = typeof name === "string" ? nameFault(name) : "write text";
  if (fault === "") return name as string;
  return refused(nodes, parts.get("name"), `name: ${fault}`);
}

/** What is wrong with a name; "" where nothing is. */
function nameFault(name: string): string {
  if (name.trim() === "") return "must not be empty";
  if (name.length > MAX_NAME_CHARS) return `must be at most ${MAX_NAME_CHARS} characters long`;
  return CONTROL.test(name) ? "must be one line of text" : "";
}

export function readExpect(nodes: YamlNodes, node: unknown): PolicyCase["expect"] | undefined {
  const value = nodes.scalar(node)?.value;
  if (value === "allow" || value === "deny") return value;
  return refused(nodes, node, `expect: ${written(nodes, node)}write allow or deny`);
}

/** A rule by its text: a line's number would be another rule's after the next edit. */
export function readRule(nodes: YamlNodes, node: unknown): string | undefined {
  const value = nodes.scalar(node)?.value;
  if (value === "") return "";
  if (typeof value !== "string") {
    return refused(nodes, node, 'rule: write the rule as it stands in the rules file, or ""');
  }
  let fault = "";
  const [rule, more] = readRules(value, "", (_, message) => void (fault ||= message));
  if (fault === "" && rule !== undefined && more === undefined && /^p\d*$/.test(rule.ptype)) {
    return value.trim();
  }
  const why = fault === "" ? "" : `${fault}; `;
  return refused(
    nodes,
    node,
    `rule: ${why}write one line of the rules file, such as p, alice, /orders, GET`,
  );
}

/** The values of a request, in the order of `fields`. */
export function readRequest(
  nodes: YamlNodes,
  parts: YamlMapping,
  fields: readonly string[],
): RequestTuple | undefined {
  if (!parts.has("request")) return refused(nodes, parts.node, "request: is missing");
  const node = parts.get("request");
  const values = nodes.list(node, `values: ${fields.join(", ")}`);
  if (values === null) return undefined;
  if (values.length === fields.length) return readTuple(nodes, values);
  const wanted = `request: has ${fields.length} values (${fields.join(", ")}), not ${values.length}`;
  return refused(nodes, node, wanted);
}

/** Text, or an object or list; bare numbers are refused, as YAML makes 1.10 the number 1.1. */
export function readTuple(nodes: YamlNodes, values: readonly unknown[]): RequestTuple | undefined {
  const budget: Budget = { values: MAX_TUPLE_VALUES, refusal: null };
  const tuple: RequestValue[] = [];
  for (const node of values) {
    const scalar = nodes.scalar(node);
    if (scalar !== null && typeof scalar.value !== "string") {
      const text = scalar.source ?? "";
      return refused(nodes, node, `request: a value is text; write ${JSON.stringify(text)}`);
    }
    const value = readValue(nodes, node, { budget, depth: 0 });
    if (value === undefined) {
      const { refusal } = budget;
      return refused(nodes, refusal?.node ?? node, refusal?.message ?? BAD_VALUE);
    }
    tuple.push(value);
  }
  return tuple;
}

const BAD_VALUE = `request: a value is text, or an object of at most ${MAX_TUPLE_VALUES} JSON values, ${MAX_TUPLE_DEPTH} deep`;

interface Budget {
  values: number;
  /** More than that there is a value that is none. */
  refusal: { readonly node: unknown; readonly message: string } | null;
}

interface Place {
  readonly budget: Budget;
  readonly depth: number;
}

/** Walked here, so that aliases are counted for each time they stand for something. */
function readValue(nodes: YamlNodes, node: unknown, place: Place): RequestValue | undefined {
  place.budget.values -= 1;
  if (place.budget.values < 0 || place.depth > MAX_TUPLE_DEPTH) return undefined;
  const scalar = nodes.scalar(node);
  if (scalar !== null) return plainValue(scalar.value);
  const inner = { ...place, depth: place.depth + 1 };
  const items = nodes.items(node);
  if (items !== null) return allOf(items.map((item) => readValue(nodes, item, inner)));
  const entries = nodes.entries(node);
  if (entries === null || !areKeysSound(nodes, entries, place.budget)) return undefined;
  const values = allOf(entries.map(({ value }) => readValue(nodes, value, inner)));
  return values && Object.fromEntries(entries.map(({ key }, at) => [key, values[at] ?? null]));
}

/** As JSON has them: of two equal ones nobody knows which counts. */
function areKeysSound(nodes: YamlNodes, entries: readonly YamlEntry[], budget: Budget): boolean {
  const known = new Set<string>();
  for (const { key, keyNode } of entries) {
    const fault = keyFault(nodes.scalar(keyNode)?.value, known.has(key));
    if (fault !== "") {
      budget.refusal = { node: keyNode, message: `request: ${key.slice(0, 50)}: ${fault}` };
      return false;
    }
    known.add(key);
  }
  return true;
}

function keyFault(key: unknown, isKnown: boolean): string {
  if (typeof key !== "string" && typeof key !== "number") return "a key is text";
  return isKnown ? "is written twice; remove one" : "";
}

function plainValue(value: unknown): RequestValue | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function allOf(values: readonly (RequestValue | undefined)[]): readonly RequestValue[] | undefined {
  return values.includes(undefined) ? undefined : (values as readonly RequestValue[]);
}

function written(nodes: YamlNodes, node: unknown): string {
  const source = nodes.scalar(node)?.source;
  return source === undefined || source.length > 50 ? "" : `is ${JSON.stringify(source)}; `;
}

function refused(nodes: YamlNodes, node: unknown, message: string): undefined {
  nodes.report(node, message);
  return undefined;
}
