// Decides recorded requests again under another policy, and collects what would be decided otherwise.
import { createFindings, type FindingList } from "./findings.ts";
import type { RecordedGroup } from "./recorded.ts";
import type { PolicySnapshot } from "../snapshot.ts";
import { tupleOf } from "../request/recorded-tuple.ts";
import type { RequestTuple } from "../request/tuple.ts";

/** Why a recorded request could not be decided again. */
export const SKIPS = {
  no_policy: "no policy was in force",
  not_asked: "refused before the policy was asked",
  redacted: "a redacted field was part of the question",
  cut: "a field was too long to be kept whole",
  other_arity: "the candidate's model takes another number of fields",
  evaluator_error: "denied then, and the candidate can't decide it",
  unreadable: "kept in a way this version can't read",
} as const;

export type Skip = keyof typeof SKIPS;

/** Nobody asked a policy then, so there is nothing to decide again. */
const NEVER_DECIDED: readonly Skip[] = ["no_policy", "not_asked"];

/** All counts but `distinct` are of requests. */
export interface ReplayResult {
  readonly requests: number;
  /** Groups that were decided; one that comes again in a later part of the window counts again. */
  readonly distinct: number;
  readonly replayed: number;
  readonly skipped: Readonly<Record<Skip, number>>;
  /** Refused when recorded, allowed by the candidate: the dangerous direction. */
  readonly gains: FindingList;
  /** Allowed when recorded, refused by the candidate, or not decidable by it. */
  readonly losses: FindingList;
}

export interface Candidate {
  readonly snapshot: Pick<PolicySnapshot, "decide">;
  /** Fields of its model's r. */
  readonly arity: number;
}

export interface Replay {
  readonly add: (group: RecordedGroup) => void;
  /** `limit`: groups listed of each kind; the others are counted. */
  readonly result: (limit: number) => ReplayResult;
}

/** Memory is bounded whatever is added. */
export function createReplay(candidate: Candidate): Replay {
  const skipped = Object.fromEntries(Object.keys(SKIPS).map((key) => [key, 0])) as Record<
    Skip,
    number
  >;
  const gains = createFindings();
  const losses = createFindings();
  let requests = 0;
  let distinct = 0;
  const judge = (group: RecordedGroup): Skip | null => {
    const tuple = tupleToDecide(group, candidate.arity);
    if (typeof tuple === "string") return tuple;
    const decided = candidate.snapshot.decide(tuple);
    const wasAllowed = group.decision === "allow";
    if (decided.effect === "error" && !wasAllowed) return "evaluator_error";
    distinct++;
    if (wasAllowed === (decided.effect === "allow")) return null;
    (wasAllowed ? losses : gains).add(group, decided);
    return null;
  };
  return {
    add: (group) => {
      requests += group.requests;
      const skip = judge(group);
      if (skip !== null) skipped[skip] += group.requests;
    },
    result: (limit) => {
      const lost = Object.values(skipped).reduce((sum, each) => sum + each, 0);
      const lists = { gains: gains.list(limit), losses: losses.list(limit) };
      return { requests, distinct, replayed: requests - lost, skipped: { ...skipped }, ...lists };
    },
  };
}

/** Requests that a policy decided when they were recorded, and that were not decided again. */
export function undecidedOf({ skipped }: Pick<ReplayResult, "skipped">): number {
  const lost = Object.entries(skipped).filter(([key]) => !NEVER_DECIDED.includes(key as Skip));
  return lost.reduce((sum, [, requests]) => sum + requests, 0);
}

/** `onBatch` is called after each batch, with how many requests it stood for. */
export async function replayAll(
  batches: AsyncIterable<readonly RecordedGroup[]>,
  replay: Replay,
  onBatch: (requests: number) => void = () => undefined,
): Promise<void> {
  for await (const groups of batches) {
    let requests = 0;
    for (const group of groups) {
      replay.add(group);
      requests += group.requests;
    }
    onBatch(requests);
  }
}

/** Why there is no tuple to decide, or the tuple as it was decided. */
function tupleToDecide(
  { request, replay, decision }: RecordedGroup,
  arity: number,
): RequestTuple | Skip {
  if (replay !== "" && replay !== "json") return isSkip(replay) ? replay : "unreadable";
  if (decision === "none") return "no_policy";
  if (request.length !== arity) return "other_arity";
  return replay === "" ? request : (tupleOf(request) ?? "unreadable");
}

function isSkip(word: string): word is Skip {
  return Object.hasOwn(SKIPS, word);
}
