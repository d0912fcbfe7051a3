// Starts the data workers over the memory they share, and gives them each new config.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { createSharedClock } from "../balancer/shared-clock.ts";
import { createSharedMemory, type SharedMemory, SharedState } from "../balancer/shared-state.ts";
import { createSlotTable, type SlotPlan, type SlotTable } from "../balancer/slot-table.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { createFailureCells } from "../identity/failure-limits.ts";
import type { RevokedToken } from "../identity/tokens/revoked-tokens.ts";
import {
  createHandshakeFailures,
  createHandshakeReport,
  type HandshakeFailed,
  type HandshakeFailureCount,
  handshakeFailures,
} from "../proxy/handshake-failures.ts";
import { createRefusedConnections, refusedConnections } from "../proxy/refused-connections.ts";
import type { WorkerThread } from "../proxy/worker-thread.ts";
import { startWorkers, type Workers } from "../proxy/workers.ts";
import type { BalancedServices } from "../statistics/poll.ts";
import type { Spool } from "../telemetry/spool.ts";
import { KeySets } from "./key-sets.ts";
import { type InForce, snapshotSource } from "./load-all.ts";
import { createTicketSecrets, type TicketSecrets } from "../core/ticket-secrets.ts";

export interface DataPlane {
  /** Tells this run of this process from all others; a column of every row. */
  readonly instance: string;
  readonly memory: SharedMemory;
  readonly shared: SharedState;
  /** Clients closed at once, by the limit they met. */
  readonly refused: () => RefusedCounts;
  readonly handshakes: Handshakes;
  /** For listeners of this thread, too. */
  readonly ticketSecrets: TicketSecrets;
  readonly workers: Workers;
  /** A fault where it can't be taken; then the one before stays in force. */
  readonly publish: (next: InForce) => Promise<string | null>;
  /** What the workers balance now, the slots of just these services. */
  readonly balanced: () => BalancedServices;
}

export interface DataPlaneParts {
  readonly initial: InForce;
  /** Tokens that hold no more. */
  readonly revoked: readonly RevokedToken[];
  readonly spool: Spool;
  /** Becomes the first worker. */
  readonly first: WorkerThread;
  readonly log: Log;
}

/**
 * Resolves when the first worker listens.
 * @throws Error when it can't: the port is taken, or there are too many endpoints.
 */
export async function startDataPlane({ first, ...parts }: DataPlaneParts): Promise<DataPlane> {
  const { initial, revoked, spool, log } = parts;
  const { workers: count } = initial.config;
  const memory = createSharedMemory({ workers: count });
  const shared = new SharedState(memory);
  const clock = createSharedClock(memory);
  const { nowNs } = clock;
  const table = createSlotTable(shared);
  const { services } = initial.config;
  let balanced: BalancedServices = { services, slots: table.assign(services, nowNs()) };
  const boot = bootOf(memory, spool);
  const keySets = new KeySets({ clock, log });
  keySets.follow(initial.config.identity.tokens);
  const feeds = { keySets, ticketSecrets: createTicketSecrets() };
  const workers = await startWorkers({
    count,
    boot,
    revoked,
    ...feeds,
    source: snapshotSource(initial, balanced.slots),
    log,
    first,
    lost: (index) => shared.resetWorker(index),
  });
  const publish = async (next: InForce): Promise<string | null> => {
    const slots = assign(table, next, nowNs());
    if (typeof slots === "string") return slots;
    const { tokens } = next.config.identity;
    const swap = (): Promise<string | null> => workers.publish(snapshotSource(next, slots));
    const fault = await keySets.followAfter(swap, tokens);
    if (fault === null) balanced = { services: next.config.services, slots };
    else table.undo();
    return fault;
  };
  const { instance } = boot;
  const refused = (): RefusedCounts => refusedConnections(boot.refusedConnections);
  const counts = { refused, handshakes: handshakesOf(boot.handshakeFailures, log) };
  const plane = { instance, memory, shared, ...counts, ...feeds, workers, publish };
  return { ...plane, balanced: () => balanced };
}

interface Handshakes {
  /** Those that came to nothing. */
  readonly failed: () => readonly HandshakeFailureCount[];
  /** Counts and tells of one of the admin side's. */
  readonly adminFailed: HandshakeFailed;
  readonly collectorFailed: HandshakeFailed;
}

function handshakesOf(cells: SharedArrayBuffer, log: Log): Handshakes {
  const adminFailed = createHandshakeReport({ cells, listener: "admin", log });
  const collectorFailed = createHandshakeReport({ cells, listener: "collector", log });
  return { failed: () => handshakeFailures(cells), adminFailed, collectorFailed };
}

type RefusedCounts = ReturnType<typeof refusedConnections>;

/** What all workers are given alike, those too that replace a lost one. */
function bootOf(memory: SharedMemory, spool: Spool) {
  return {
    instance: `${hostname()}-${randomBytes(3).toString("hex")}`,
    shared: memory,
    failures: createFailureCells(),
    refusedConnections: createRefusedConnections(),
    handshakeFailures: createHandshakeFailures(),
    spool,
  };
}

/** A fault where there are too many endpoints. */
function assign(table: SlotTable, { config }: InForce, nowNs: number): SlotPlan | string {
  try {
    return table.assign(config.services, nowNs);
  } catch (thrown) {
    return messageOf(thrown);
  }
}
