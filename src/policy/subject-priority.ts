// What casbin's sorting by subject needs and does not check: without it the order is undefined.
import type { CheckedPolicy } from "./engine.ts";
import { EFFECTS } from "./model.ts";
import type { Rule } from "./rule.ts";

/** `line` is 0 where the model is to blame. */
interface Fault {
  readonly line: number;
  readonly message: string;
}

/** None where the effect is another one. */
export function subjectPriorityFaults(policy: CheckedPolicy): readonly Fault[] {
  const { effect, roles, policy: fields } = policy.model;
  if (effect !== EFFECTS.subjectPriority) return [];
  const [g] = roles;
  const columns = g?.arity === 3 ? ["sub", "obj", "dom"] : ["sub", "obj"];
  if (g === undefined || columns.some((name, at) => fields[at] !== name)) {
    const message = `subjectPriority needs g, and a p that begins with ${columns.join(", ")}`;
    return [{ line: 0, message }];
  }
  return orderFaults(policy.rules, policy.links.get("g") ?? [], g.arity);
}

function orderFaults(
  rules: readonly Rule[],
  links: readonly Rule[],
  arity: number,
): readonly Fault[] {
  const keyOf = (name = "", domain = ""): string =>
    JSON.stringify([name, arity === 3 ? domain : ""]);
  const parents = new Map<string, string>();
  for (const { fields } of links)
    parents.set(keyOf(fields[0], fields[2]), keyOf(fields[1], fields[2]));
  const known = new Set([...parents.keys(), ...parents.values()]);
  const circles = links
    .filter(({ fields }) => isCyclic(keyOf(fields[0], fields[2]), parents))
    .map(({ line }) => ({ line, message: "with subjectPriority roles must not form a circle" }));
  const strangers = rules
    .filter(({ fields }) => !known.has(keyOf(fields[0], fields[2])))
    .map(({ line, fields: [name = ""] }) => ({
      line,
      message: `with subjectPriority "${name}" needs a g line to have a place in the order`,
    }));
  return [...circles, ...strangers];
}

function isCyclic(start: string, parents: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = start; at !== undefined; at = parents.get(at)) {
    if (seen.has(at)) return true;
    seen.add(at);
  }
  return false;
}
