// Warns of role links that may not mean what they say: circles, chains that casbin ends, roles nobody needs.
import { entry } from "../../core/entry.ts";
import type { CheckedPolicy } from "../engine.ts";
import { MAX_ROLE_LINKS } from "../limits.ts";
import type { Expression } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import { wholeOf } from "../matcher/disjuncts.ts";

export interface RuleWarning {
  readonly line: number;
  readonly message: string;
}

export function roleWarnings(policy: CheckedPolicy): readonly RuleWarning[] {
  return [...policy.links].flatMap(([definition, links]) => {
    const graph = graphOf(links);
    const { closing, deep } = walked(graph);
    const named = namedRoles(definition, policy);
    return [
      ...links.filter((link) => closing.has(edgeOf(link))).map(circleWarning),
      ...deepWarnings(deep, graph, links),
      ...(named === null ? [] : unusedWarnings(named, graph, links)),
    ];
  });
}

/** A name in its domain, as JSON. */
type Node = string;
type Graph = ReadonlyMap<Node, readonly Node[]>;

function nodeOf(name = "", domain = ""): Node {
  return JSON.stringify(domain === "" ? [name] : [name, domain]);
}

/** The holder and the role. */
function endsOf({ fields: [name, role, domain] }: Rule): readonly [Node, Node] {
  return [nodeOf(name, domain), nodeOf(role, domain)];
}

function edgeOf(link: Rule): string {
  return endsOf(link).join(" ");
}

function nameOf(node: Node): string {
  const [name = ""] = JSON.parse(node) as readonly string[];
  return name;
}

function graphOf(links: readonly Rule[]): Graph {
  const graph = new Map<Node, Node[]>();
  for (const link of links) {
    const [name, role] = endsOf(link);
    entry(graph, name, () => []).push(role);
  }
  return graph;
}

interface Walked {
  /** The links that lead back to what leads to them. */
  readonly closing: ReadonlySet<string>;
  /** Names with a longer chain above them than casbin follows, circles aside. */
  readonly deep: readonly Node[];
}

interface Step {
  readonly node: Node;
  /** The next of its roles to look at. */
  next: number;
  depth: number;
}

/** Depth first, each name once, without recursion: chains may be long. */
function walked(graph: Graph): Walked {
  const closing = new Set<string>();
  const depths = new Map<Node, number>();
  for (const start of graph.keys())
    if (!depths.has(start)) follow(start, { graph, closing, depths });
  const deep = [...depths].flatMap(([node, depth]) => (depth > MAX_ROLE_LINKS ? node : []));
  return { closing, deep };
}

interface Walk {
  readonly graph: Graph;
  readonly closing: Set<string>;
  readonly depths: Map<Node, number>;
}

function follow(start: Node, { graph, closing, depths }: Walk): void {
  const way: Step[] = [{ node: start, next: 0, depth: 0 }];
  const onWay = new Set<Node>([start]);
  for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
    const above = graph.get(step.node)?.[step.next++];
    const known = above === undefined ? undefined : depths.get(above);
    if (known !== undefined) step.depth = Math.max(step.depth, known + 1);
    else if (above === undefined) {
      depths.set(step.node, step.depth);
      onWay.delete(step.node);
      way.pop();
      deepen(way.at(-1), step.depth + 1);
    } else if (onWay.has(above)) closing.add(`${step.node} ${above}`);
    else {
      way.push({ node: above, next: 0, depth: 0 });
      onWay.add(above);
    }
  }
}

function deepen(step: Step | undefined, depth: number): void {
  if (step !== undefined) step.depth = Math.max(step.depth, depth);
}

function circleWarning({ line, fields: [name, role] }: Rule): RuleWarning {
  return { line, message: `"${role}" holds "${name}" already, so this link closes a circle` };
}

/** Names looked at, and warned of. */
const MAX_DEEP = 20;

function deepWarnings(
  deep: readonly Node[],
  graph: Graph,
  links: readonly Rule[],
): readonly RuleWarning[] {
  return deep.slice(0, MAX_DEEP).flatMap((start) => {
    const [far] = layersAbove(start, graph)[MAX_ROLE_LINKS + 1] ?? [];
    const line = links.find((link) => endsOf(link)[0] === start)?.line ?? 0;
    if (far === undefined) return [];
    const message = `"${nameOf(far)}" is more than ${MAX_ROLE_LINKS} links above "${nameOf(start)}", which is further than casbin looks`;
    return [{ line, message }];
  });
}

/** By their distance. */
function layersAbove(start: Node, graph: Graph): readonly (readonly Node[])[] {
  const seen = new Set<Node>([start]);
  const layers: Node[][] = [[start]];
  for (let layer = layers[0] ?? []; layer.length > 0; layers.push(layer)) {
    layer = [...new Set(layer.flatMap((node) => graph.get(node) ?? []))].filter(
      (node) => !seen.has(node),
    );
    for (const node of layer) seen.add(node);
  }
  return layers;
}

/** The names that rules and matcher ask for by this definition; null where that can't be told. */
function namedRoles(definition: string, policy: CheckedPolicy): ReadonlySet<string> | null {
  const parts = [...wholeOf(policy.model.matcher)];
  if (parts.some(({ kind }) => kind === "eval")) return null;
  const named = new Set<string>();
  for (const part of parts) {
    if (part.kind !== "call" || part.name !== definition) continue;
    const names = namesIn(part.arguments[1], policy);
    if (names === null) return null;
    for (const name of names) named.add(name);
  }
  return named;
}

function namesIn(
  role: Expression | undefined,
  { model, rules }: CheckedPolicy,
): readonly string[] | null {
  if (role?.kind === "string") return [role.value];
  if (role?.kind !== "field" || role.of !== "p") return null;
  const column = model.policy.indexOf(role.name);
  return rules.map(({ fields }) => fields[column] ?? "");
}

/** A role that no rule asks for, nor any role above it. */
function unusedWarnings(
  named: ReadonlySet<string>,
  graph: Graph,
  links: readonly Rule[],
): readonly RuleWarning[] {
  const useful = usefulNodes(named, graph);
  const told = new Set<Node>();
  return links.flatMap((link) => {
    const [, role] = endsOf(link);
    if (useful.has(role) || told.has(role)) return [];
    told.add(role);
    return [{ line: link.line, message: `no rule asks for the role "${nameOf(role)}"` }];
  });
}

/** Those asked for by name, and all that hold them. */
function usefulNodes(named: ReadonlySet<string>, graph: Graph): ReadonlySet<Node> {
  const below = new Map<Node, Node[]>();
  for (const [name, roles] of graph) {
    for (const role of roles) {
      entry(below, role, () => []).push(name);
    }
  }
  const open = [...new Set([...graph.keys(), ...below.keys()])].filter((node) =>
    named.has(nameOf(node)),
  );
  const useful = new Set(open);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const holder of below.get(node) ?? []) {
      if (useful.has(holder)) continue;
      useful.add(holder);
      open.push(holder);
    }
  }
  return useful;
}
