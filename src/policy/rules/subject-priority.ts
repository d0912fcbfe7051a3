// Rules in the order of their subjects: what casbin's sorting needs and does not check, and what it gives.
import type { CheckedPolicy } from "../engine.ts";
import { EFFECTS } from "../model/model.ts";
import type { Rule } from "./rule.ts";

/** `line` is 0 where the model is to blame. */
interface Fault {
  readonly line: number;
  readonly message: string;
}

/** None where the effect is another one. */
export function subjectPriorityFaults(policy: CheckedPolicy): readonly Fault[] {
  const { effect, roles, policy: fields, ruleTypes } = policy.model;
  if (effect !== EFFECTS.subjectPriority) return [];
  const [g] = roles;
  const columns = g?.arity === 3 ? ["sub", "obj", "dom"] : ["sub", "obj"];
  if (g === undefined || columns.some((name, at) => fields[at] !== name)) {
    const message = `subjectPriority needs g, and a p that begins with ${columns.join(", ")}`;
    return [{ line: 0, message }];
  }
  if (g.arity === 2 && fields.includes("dom")) {
    return [{ line: 0, message: "subjectPriority with a column dom needs g = _, _, _" }];
  }
  if (ruleTypes.size > 1) return [{ line: 0, message: "subjectPriority takes one p only" }];
  return orderFaults(policy);
}

/** A subject, and its domain where g has one. */
type Key = string;

interface Hierarchy {
  readonly parents: ReadonlyMap<Key, Key>;
  readonly keyOf: (name: string | undefined, domain: string | undefined) => Key;
}

/** Of several roles that a subject has, casbin goes by the last. */
function hierarchyOf({ model, links }: CheckedPolicy): Hierarchy {
  const [g] = model.roles;
  const keyOf: Hierarchy["keyOf"] = (name = "", domain = "") =>
    JSON.stringify([name, g?.arity === 3 ? domain : ""]);
  const parents = new Map<Key, Key>();
  for (const { fields } of links.get("g") ?? []) {
    parents.set(keyOf(fields[0], fields[2]), keyOf(fields[1], fields[2]));
  }
  return { parents, keyOf };
}

function orderFaults(policy: CheckedPolicy): readonly Fault[] {
  const { parents, keyOf } = hierarchyOf(policy);
  const known = new Set([...parents.keys(), ...parents.values()]);
  const depths = depthsOf(parents);
  const circles = (policy.links.get("g") ?? [])
    .filter(({ fields }) => !depths.has(keyOf(fields[0], fields[2])))
    .map(({ line }) => ({ line, message: "with subjectPriority roles must not form a circle" }));
  const strangers = policy.rules
    .filter(({ fields }) => !known.has(keyOf(fields[0], fields[2])))
    .map(({ line, fields: [name = ""] }) => ({
      line,
      message: `with subjectPriority "${name}" needs a g line to have a place in the order`,
    }));
  return [...circles, ...strangers];
}

/** How many roles are above a rule's subject, each of them the last it was given. */
export function subjectDepths(policy: CheckedPolicy): (rule: Rule) => number {
  const { parents, keyOf } = hierarchyOf(policy);
  const depths = depthsOf(parents);
  return ({ fields }) => depths.get(keyOf(fields[0], fields[2])) ?? 0;
}

/** Without those whose way up never ends. */
function depthsOf(parents: ReadonlyMap<Key, Key>): ReadonlyMap<Key, number> {
  const depths = new Map<Key, number>();
  for (const start of parents.keys()) {
    const way = new Set<Key>();
    let at: Key | undefined = start;
    for (; at !== undefined && !depths.has(at) && !way.has(at); at = parents.get(at)) way.add(at);
    if (at !== undefined && way.has(at)) continue;
    const above = at === undefined ? -1 : (depths.get(at) ?? 0);
    [...way].reverse().forEach((key, steps) => depths.set(key, above + 1 + steps));
  }
  return depths;
}
