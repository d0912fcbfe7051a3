// Who, what or which actions are allowed: decides each candidate in turn, a page at a time.
import { setImmediate as nextTurn } from "node:timers/promises";
import { type CandidateParts, type Candidates, candidatesOf, ofType } from "./candidates.ts";
import type { EntityKind, KnownEntity } from "./entities.ts";
import type { PointDecision } from "./decision-point.ts";
import type { AuthzenRequest } from "./request.ts";

export interface SearchQuestion {
  readonly kind: EntityKind;
  /** What stands in the place of the searched is not looked at, but for its type. */
  readonly request: AuthzenRequest;
  /** Candidates to pass over: `next` of the page before. */
  readonly from: number;
  /** Of results. */
  readonly limit: number;
  /** After so long the page ends where it is. */
  readonly withinMs: number;
}

export interface SearchPage {
  readonly found: readonly KnownEntity[];
  /** null: there are no more. */
  readonly next: number | null;
  /** Whether there may be others that can't be listed. */
  readonly mayBeMore: boolean;
}

export type Search = (question: SearchQuestion) => Promise<SearchPage>;

interface SearchParts extends CandidateParts {
  readonly decide: (request: AuthzenRequest) => PointDecision;
}

/** The event loop is left to others as often. */
const TURN_MS = 10;

export function createSearch({ decide, ...parts }: SearchParts): Search {
  const kept = new Map<EntityKind, Candidates>();
  const candidates = (kind: EntityKind): Candidates => {
    const found = kept.get(kind) ?? candidatesOf(kind, parts);
    kept.set(kind, found);
    return found;
  };
  return async ({ kind, request, from, limit, withinMs }) => {
    const all = candidates(kind);
    const { mayBeMore } = all;
    const asked = ofType(all, kind, kind === "action" ? "" : request[kind].type);
    const found: KnownEntity[] = [];
    const startMs = performance.now();
    let turnMs = startMs;
    for (let at = from; at < asked.length; at++) {
      const entity = asked[at] as KnownEntity;
      if (decide(inPlace(request, kind, entity)).decision.effect === "allow") {
        // Another one is there, so that a page that is not the last says so, and no other does.
        if (found.length >= limit) return { found, next: at, mayBeMore };
        found.push(entity);
      }
      const nowMs = performance.now();
      if (nowMs - startMs > withinMs && at + 1 < asked.length) {
        return { found, next: at + 1, mayBeMore };
      }
      if (nowMs - turnMs < TURN_MS) continue;
      await nextTurn();
      turnMs = performance.now();
    }
    return { found, next: null, mayBeMore };
  };
}

function inPlace(
  request: AuthzenRequest,
  kind: EntityKind,
  { type, id }: KnownEntity,
): AuthzenRequest {
  if (kind === "action") return { ...request, action: { name: id, properties: {} } };
  return { ...request, [kind]: { type, id, properties: request[kind].properties } };
}
