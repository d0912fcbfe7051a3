// Reads the YAML file of known entities: every entity of it, or everything that is wrong.
import { createHash } from "node:crypto";
import { readYaml, type YamlNodes } from "../cases/yaml-nodes.ts";
import { MAX_FAULTS, MAX_TUPLE_DEPTH, MAX_TUPLE_VALUES } from "../limits.ts";
import type { PolicyFault } from "../source.ts";
import { type RequestObject, type RequestValue, tupleFault } from "../request/tuple.ts";
import { type Entities, type EntityKind, type KnownEntity, keyOf } from "./entities.ts";

export type EntitiesRead =
  | { readonly ok: true; readonly entities: Entities }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

const MAX_ENTITIES = 100_000;
const REVISION_CHARS = 12;

const LISTS = { subjects: "subject", resources: "resource", actions: "action" } as const;

/**
 * For example:
 *
 *     subjects:
 *       - { type: user, id: bob, properties: { role: admin } }
 *     resources:
 *       - { type: record, id: record-1, properties: { status: active } }
 *     actions:
 *       - { name: read }
 *
 * JSON is YAML, too.
 */
export function readEntities(text: string, file: string): EntitiesRead {
  const faults: PolicyFault[] = [];
  const report = (line: number, message: string): void => void faults.push({ file, line, message });
  const nodes = readYaml(text, report);
  const root = nodes?.mapping(nodes.root, Object.keys(LISTS)) ?? null;
  if (nodes === null || root === null) return { ok: false, faults };
  const lists: Record<EntityKind, readonly KnownEntity[]> = {
    subject: [],
    resource: [],
    action: [],
  };
  const reader = new EntityReader(nodes);
  for (const [name, kind] of Object.entries(LISTS)) {
    if (root.has(name)) lists[kind] = reader.list(root.get(name), kind);
  }
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, MAX_FAULTS) };
  const revision = createHash("sha256").update(text).digest("hex").slice(0, REVISION_CHARS);
  return { ok: true, entities: { lists, revision } };
}

class EntityReader {
  readonly #nodes: YamlNodes;
  readonly #seen = new Set<string>();
  /** Values that the entity being read may still have. */
  #room = 0;

  constructor(nodes: YamlNodes) {
    this.#nodes = nodes;
  }

  list(node: unknown, kind: EntityKind): readonly KnownEntity[] {
    const items = this.#nodes.list(node, `${kind}s`) ?? [];
    return items.flatMap((item) => this.#entity(item, kind) ?? []);
  }

  #entity(item: unknown, kind: EntityKind): KnownEntity | null {
    const { mapping, report } = this.#nodes;
    const idKey = kind === "action" ? "name" : "id";
    const keys = kind === "action" ? ["name"] : ["type", "id"];
    const fields = mapping(item, [...keys, "properties"]);
    if (fields === null) return null;
    const [id, type = ""] = [idKey, ...keys.filter((key) => key !== idKey)].map((key) =>
      this.#text(fields.get(key), key),
    );
    const given = fields.has("properties") ? this.#properties(fields.get("properties")) : {};
    if (id === undefined || given === null) return null;
    const key = keyOf(kind, type, id);
    if (this.#seen.has(key)) report(item, `${id}: is written twice; remove one`);
    if (this.#seen.size === MAX_ENTITIES) report(item, `more than ${MAX_ENTITIES} entities`);
    this.#seen.add(key);
    return { type, id, properties: given };
  }

  #text(node: unknown, key: string): string {
    const value = this.#nodes.scalar(node)?.value;
    if (typeof value === "string" && value !== "") return value;
    this.#nodes.report(node, `${key}: write a text that is not empty, in quotes if need be`);
    return "";
  }

  #properties(node: unknown): RequestObject | null {
    const { entries, report } = this.#nodes;
    this.#room = 2 * MAX_TUPLE_VALUES;
    const value = entries(node) === null ? undefined : this.#json(node, 0);
    const fault = value === undefined ? "write a mapping of names to values" : faultOf(value);
    if (fault === "") return value as RequestObject;
    report(node, `properties: ${fault}`);
    return null;
  }

  /** Bounded, for aliases make much of little: what is cut off is more than any entity may have. */
  #json(node: unknown, depth: number): RequestValue {
    const { scalar, items, entries } = this.#nodes;
    this.#room -= 1;
    if (depth > MAX_TUPLE_DEPTH || this.#room < 0) return null;
    const below = (child: unknown): RequestValue => this.#json(child, depth + 1);
    const list = items(node);
    if (list !== null) return list.map(below);
    const members = entries(node);
    if (members === null) return (scalar(node)?.value ?? null) as RequestValue;
    return Object.fromEntries(members.map(({ key, value }) => [key, below(value)]));
  }
}

/** What a request may not be, an entity may not either. */
function faultOf(value: RequestValue): string {
  return tupleFault([value], 1).replace("a request field", "it").replace("a request", "it");
}
