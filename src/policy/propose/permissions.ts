// From observed uses to permissions: templates where they grant nothing that was denied, single paths where they would.
import { compare } from "../../core/compare.ts";
import { entry } from "../../core/entry.ts";
import type { Observed } from "./observe.ts";
import type { Asked, Template, Used } from "./path-tree.ts";
import { literalOf, matchesTemplate, patternOf } from "./pattern.ts";

export interface Permission {
  readonly pattern: string;
  readonly method: string;
  readonly hasParameter: boolean;
}

/** What a caller did by a permission. */
export interface Support {
  readonly permission: Permission;
  readonly subject: string;
  readonly requests: number;
  /** ISO-8601, UTC. */
  readonly lastSeen: string;
  /** Paths that were seen; null: more than are counted. */
  readonly paths: number | null;
}

/** A template that would grant what was denied. */
export interface Conflict {
  readonly subject: string;
  readonly method: string;
  readonly pattern: string;
  /** An example of what was denied. */
  readonly denied: string;
  /** Whether its paths are listed one by one instead; else it grants what was denied. */
  readonly resolved: boolean;
}

export interface Permissions {
  readonly supports: readonly Support[];
  readonly conflicts: readonly Conflict[];
  /** Requests of uses with less support than asked for. */
  readonly leftOut: number;
}

type Seen = Pick<Observed, "used" | "denied">;

/** Permissions are one object for each pattern and method; the order is that of patterns. */
export function permissionsOf({ used, denied }: Seen, minSupport: number): Permissions {
  const deniedOf = indexDenied(denied);
  const known = new Map<string, Permission>();
  const supports: Support[] = [];
  const conflicts: Conflict[] = [];
  let leftOut = 0;
  for (const each of inOrder(used)) {
    if (each.use.requests < minSupport) {
      leftOut += each.use.requests;
      continue;
    }
    const example = deniedOf(each);
    if (example !== null) conflicts.push(conflictOf(each, example));
    const isListed = example !== null && each.use.paths !== null;
    supports.push(...(isListed ? listed(each) : [templated(each)]).map(shared(known)));
  }
  return { supports, conflicts, leftOut };
}

/** For a template with parameters, a denied path it would grant to the same caller; else null. */
function indexDenied(denied: readonly Asked[]): (used: Used) => string | null {
  const paths = new Map<string, string[]>();
  for (const { subject, method, path } of denied) {
    const key = JSON.stringify([subject, method, path.split("/").length]);
    entry(paths, key, () => []).push(path);
  }
  return ({ subject, method, template }) => {
    if (!template.includes(null)) return null;
    const some = paths.get(JSON.stringify([subject, method, template.length])) ?? [];
    return some.find((path) => matchesTemplate(template, path)) ?? null;
  };
}

function conflictOf({ subject, method, template, use }: Used, denied: string): Conflict {
  return { subject, method, pattern: patternOf(template), denied, resolved: use.paths !== null };
}

function templated({ template, method, subject, use }: Used): Support {
  const { requests, lastSeen, paths } = use;
  const permission = permissionOf(template, method);
  return { permission, subject, requests, lastSeen, paths: paths?.size ?? null };
}

function listed({ method, subject, use }: Used): Support[] {
  return [...(use.paths ?? [])]
    .sort(([one], [other]) => compare(one, other))
    .map(([path, { requests, lastSeen }]) => {
      const permission = permissionOf(literalOf(path), method);
      return { permission, subject, requests, lastSeen, paths: 1 };
    });
}

function permissionOf(template: Template, method: string): Permission {
  return { pattern: patternOf(template), method, hasParameter: template.includes(null) };
}

/** Equal ones become the same object. */
function shared(known: Map<string, Permission>): (support: Support) => Support {
  return (support) => {
    const key = keyOf(support.permission);
    const permission = known.get(key) ?? support.permission;
    known.set(key, permission);
    return { ...support, permission };
  };
}

export function keyOf({ pattern, method }: Permission): string {
  return `${pattern} ${method}`;
}

function inOrder(used: readonly Used[]): readonly Used[] {
  return used
    .map((each) => [placeOf(each), each] as const)
    .sort(([one], [other]) => compare(one, other))
    .map(([, each]) => each);
}

function placeOf({ template, method, subject }: Used): string {
  return JSON.stringify([patternOf(template), method, subject]);
}
