// Collects recorded decisions for a proposal: what was allowed as a tree of paths, some of what was denied.
import type { RecordedGroup } from "../replay/recorded.ts";
import { type Asked, createPathTree, type Used } from "./path-tree.ts";

/** Where in a recorded tuple who, path and method stand. */
export interface TupleShape {
  readonly subject: number;
  readonly path: number;
  readonly method: number;
}

/** Counts are of requests. */
export interface Observed {
  readonly used: readonly Used[];
  readonly denied: readonly Asked[];
  readonly allowedRequests: number;
  readonly deniedRequests: number;
  /** Allowed, and kept in a way that does not say what exactly was asked. */
  readonly unreadable: number;
  /** Rules that decided, as they were recorded. */
  readonly rules: ReadonlySet<string>;
}

export interface Observer {
  /** False: there is more than can be held; narrow the question. */
  readonly add: (group: RecordedGroup) => boolean;
  /** Ends the observer. */
  readonly observed: () => Observed;
}

/** More denied questions than this are seen only by the proof. */
const MOST_DENIED = 100_000;
const MOST_RULES = 200_000;

export function createObserver(shape: TupleShape): Observer {
  const tree = createPathTree();
  const denied = new Map<string, Asked>();
  const rules = new Set<string>();
  const sums = { allowedRequests: 0, deniedRequests: 0, unreadable: 0 };
  const deny = (asked: Asked): void => {
    if (denied.size < MOST_DENIED) denied.set(JSON.stringify(asked), asked);
  };
  return {
    add: (group) => {
      const { decision, requests, rule } = group;
      if (rule !== "" && rules.size < MOST_RULES) rules.add(rule);
      if (decision !== "allow" && decision !== "deny") return true;
      sums[decision === "allow" ? "allowedRequests" : "deniedRequests"] += requests;
      const asked = askedOf(group, shape);
      if (asked === null) {
        if (decision === "allow") sums.unreadable += requests;
        return true;
      }
      if (decision === "allow") return tree.add(asked, { requests, lastSeen: group.last_seen });
      deny(asked);
      return true;
    },
    observed: () => ({ used: tree.templates(), denied: [...denied.values()], rules, ...sums }),
  };
}

/** null: not kept exactly, or of another policy.request than today's. */
function askedOf({ request, replay }: RecordedGroup, shape: TupleShape): Asked | null {
  const { length } = Object.keys(shape);
  if (replay !== "" || request.length !== length) return null;
  const { [shape.subject]: subject, [shape.path]: path, [shape.method]: method } = request;
  if (subject === undefined || path === undefined || method === undefined) return null;
  return { subject, path, method };
}
