// Asks the store on behalf of the API: a few at a time, and its failures as the API's problems.
import { messageOf } from "../core/errors.ts";
import { createLane, type Lane, LaneFullError } from "../core/lane.ts";
import type { Store } from "../store/client.ts";
import { StoreError } from "../store/store-error.ts";
import { PanelFailure } from "../store/panels/failure.ts";
import { iso } from "./http/schemas.ts";
import { Problem } from "./http/problem.ts";
import { badFile } from "./bad-file.ts";
import type { AdminParts } from "./parts.ts";

export interface Questions {
  /** Rejects with Problem; `refused` names what a refusal by the store is to the caller. */
  readonly ask: Ask;
  /** The same for what people type, in places of its own: it takes none from what pages and commands ask. */
  readonly askTyped: Ask;
}

type Ask = <T>(question: (store: Store) => Promise<T>, refused?: Refused) => Promise<T>;

type Refused = (error: StoreError) => Problem;

/** Together fewer than the client has connections, so that inserts always find one. */
const AT_ONCE = 4;
const TYPED_AT_ONCE = 2;
const WAITING = 64;
const TYPED_WAITING = 16;

/** ClickHouse's ErrorCodes.cpp. */
const TIMEOUT_EXCEEDED = 159;
const TOO_MANY_QUERIES = 202;
const BAD_VALUES = new Set([27, 38, 41, 53, 69, 70, 72, 456, 457]);

export function createQuestions(parts: Pick<AdminParts, "store" | "storeHealth">): Questions {
  const through =
    (lane: Lane): Ask =>
    async (question, refused = wrongValue) => {
      const store = parts.store();
      if (store === null || parts.storeHealth().state === "down") throw unavailable(parts);
      try {
        return await lane.run(() => question(store));
      } catch (thrown) {
        throw problemOf(thrown, { parts, refused });
      }
    };
  return {
    ask: through(createLane(AT_ONCE, WAITING)),
    askTyped: through(createLane(TYPED_AT_ONCE, TYPED_WAITING)),
  };
}

interface Context {
  readonly parts: Pick<AdminParts, "storeHealth">;
  readonly refused: Refused;
}

function problemOf(thrown: unknown, { parts, refused }: Context): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof LaneFullError) return busy();
  if (thrown instanceof PanelFailure) return badFile("bad_panel", [thrown.fault]);
  if (!(thrown instanceof StoreError)) return internal(thrown);
  if (thrown.code === null) return unavailable(parts, thrown);
  if (thrown.code === TOO_MANY_QUERIES) return busy();
  if (thrown.code === TIMEOUT_EXCEEDED) {
    return new Problem("query_timeout", "ask for less, or for a shorter time", { cause: thrown });
  }
  return refused(thrown);
}

/** Our own statements fail only by the values people give, or by a fault of ours. */
function wrongValue(error: StoreError): Problem {
  return BAD_VALUES.has(error.code ?? 0)
    ? new Problem("bad_parameter", error.message, { cause: error })
    : internal(error);
}

function internal(thrown: unknown): Problem {
  return new Problem("internal", "see weir's log", { cause: thrown });
}

export function busy(): Problem {
  return new Problem("busy", "try again in a second", { headers: { "retry-after": "1" } });
}

function unavailable(parts: Pick<AdminParts, "storeHealth">, cause?: StoreError): Problem {
  const { kind, state, sinceMs, error } = parts.storeHealth();
  const words = error ?? (cause === undefined ? "it is starting" : messageOf(cause));
  return new Problem("store_unavailable", words, {
    cause,
    headers: { "retry-after": "2" },
    members: { store: { kind, state, since: iso(sinceMs), error } },
  });
}
