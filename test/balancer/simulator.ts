// A discrete-event simulation of real pools before imagined replicas: same seed, same run.
import { type Random, seededRandom } from "../../src/core/clock.ts";
import type { Lease } from "../../src/balancer/lease.ts";
import { createTestPool, MS, SECOND, type TestPool, type TestPoolOptions } from "./test-pool.ts";

/** A processor-sharing server: a request uses at most one core. Changed by scheduled events. */
export interface Replica {
  cores: number;
  speed: number;
  /** Share of requests answered 500 after 1 ms. */
  fails: number;
}

export interface SimulationOptions extends TestPoolOptions {
  readonly requestsPerSecond: number;
  readonly seconds: number;
  /** Mean work of a request by route, ms on one core of speed 1; routes take turns by chance. */
  readonly workMs?: readonly number[];
  readonly events?: readonly ReplicaEvent[];
}

export interface ReplicaEvent {
  readonly atSeconds: number;
  readonly apply: (replicas: Replica[], pool: TestPool) => void;
}

export interface SimulatedRequest {
  readonly startSeconds: number;
  readonly replica: number;
  latencyMs: number;
  status: number;
}

const DEADLINE_NS = 5 * SECOND;
const FAST_FAILURE_NS = MS;

interface Running {
  readonly request: SimulatedRequest;
  readonly lease: Lease;
  readonly startNs: number;
  leftNs: number;
}

/** All requests that were answered or cut off, in the order they began. */
export function simulate(options: SimulationOptions): SimulatedRequest[] {
  const pool = createTestPool(options);
  // One stream for each purpose: every picker sees the same arrivals and the same work.
  const stream = (purpose: number): Random => seededRandom((options.seed ?? 1) * 1000 + purpose);
  const random = { arrivals: stream(1), work: stream(2), worker: stream(3) };
  const replicas = options.weights.map((): Replica => ({ cores: 4, speed: 1, fails: 0 }));
  const running: Running[][] = replicas.map(() => []);
  const queue = new EventQueue();
  const requests: SimulatedRequest[] = [];
  const originNs = pool.nowNs();
  const versions = replicas.map(() => 0);
  const lastNs = replicas.map(() => originNs);
  const { workMs = [40] } = options;

  const rate = (at: number): number => {
    const { cores, speed } = replicas[at]!;
    return speed * Math.min(1, cores / Math.max(1, running[at]!.length));
  };

  /** Work done since the last look, at the rate that held. */
  const progress = (at: number): void => {
    const done = (pool.nowNs() - lastNs[at]!) * rate(at);
    for (const one of running[at]!) one.leftNs -= done;
    lastNs[at] = pool.nowNs();
  };

  const plan = (at: number): void => {
    const version = ++versions[at]!;
    const left = Math.min(...running[at]!.map((one) => one.leftNs));
    const wait = left / rate(at);
    if (Number.isFinite(wait)) {
      queue.add(pool.nowNs() + Math.max(0, wait), () => version === versions[at] && finish(at));
    }
  };

  const end = (one: Running, status: number): void => {
    one.request.latencyMs = (pool.nowNs() - one.startNs) / MS;
    one.request.status = status;
    if (status > 0) one.lease.firstByte(pool.nowNs(), status);
    one.lease.settle(status === 200 ? "ok" : "failed", pool.nowNs());
  };

  const finish = (at: number): void => {
    progress(at);
    // A nanosecond of slack for rounding.
    const done = running[at]!.filter((one) => one.leftNs <= 1);
    running[at] = running[at]!.filter((one) => one.leftNs > 1);
    for (const one of done) end(one, 200);
    plan(at);
  };

  const cutOff = (one: Running, at: number): void => {
    if (!running[at]!.includes(one)) return;
    progress(at);
    running[at] = running[at]!.filter((other) => other !== one);
    end(one, 0);
    plan(at);
  };

  const start = (lease: Lease, leftNs: number): void => {
    const at = lease.index;
    const startNs = pool.nowNs();
    const startSeconds = (startNs - originNs) / SECOND;
    const request = { startSeconds, replica: at, latencyMs: 0, status: 0 };
    const one: Running = { request, lease, startNs, leftNs };
    requests.push(request);
    if (random.work() < replicas[at]!.fails) {
      queue.add(startNs + FAST_FAILURE_NS, () => end(one, 500));
      return;
    }
    progress(at);
    running[at]!.push(one);
    plan(at);
    queue.add(startNs + DEADLINE_NS, () => cutOff(one, at));
  };

  const arrive = (): void => {
    const routeId = Math.floor(random.work() * workMs.length);
    const leftNs = drawWorkNs(workMs[routeId]!, random.work);
    const worker = pool.pools[Math.floor(random.worker() * pool.pools.length)]!;
    const hash = Math.floor(random.work() * 2 ** 32);
    const lease = worker.lease({ routeId, hash, tried: [] }, pool.nowNs());
    if (lease === null) throw new Error("a pool with endpoints gave no lease");
    start(lease, leftNs);
    queue.add(
      pool.nowNs() + exponential(SECOND / options.requestsPerSecond, random.arrivals),
      arrive,
    );
  };

  queue.add(originNs, arrive);
  for (const { atSeconds, apply } of options.events ?? []) {
    queue.add(originNs + atSeconds * SECOND, () => {
      replicas.forEach((_, at) => progress(at));
      apply(replicas, pool);
      replicas.forEach((_, at) => plan(at));
    });
  }
  queue.run(originNs + options.seconds * SECOND, (atNs) => pool.advance(atNs - pool.nowNs()));
  return requests.filter((request) => request.latencyMs > 0);
}

/** max(0, N(mean, mean)) as in Prequal's test-bed, scaled to the mean asked for. */
function drawWorkNs(meanMs: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (Math.max(0.01, 1 + normal) / 1.0833) * meanMs * MS;
}

function exponential(mean: number, random: Random): number {
  return -Math.log(1 - random()) * mean;
}

/** A binary heap by time; events of one time run in the order they were added. */
class EventQueue {
  readonly #heap: { readonly atNs: number; readonly order: number; readonly run: () => void }[] =
    [];
  #added = 0;

  add(atNs: number, run: () => void): void {
    const heap = this.#heap;
    const event = { atNs, order: this.#added++, run };
    let at = heap.length;
    for (let up = (at - 1) >> 1; at > 0 && this.#before(event, heap[up]!); up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = event;
  }

  run(untilNs: number, advanceTo: (atNs: number) => void): void {
    for (let next = this.#take(); next !== null && next.atNs <= untilNs; next = this.#take()) {
      advanceTo(next.atNs);
      next.run();
    }
  }

  #take(): { readonly atNs: number; readonly run: () => void } | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (child >= heap.length || !this.#before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  #before(
    one: { readonly atNs: number; readonly order: number },
    other: { readonly atNs: number; readonly order: number },
  ): boolean {
    return one.atNs < other.atNs || (one.atNs === other.atNs && one.order < other.order);
  }
}

/** The quantile (0 to 1) of the latencies, ms. */
export function quantileMs(requests: readonly SimulatedRequest[], quantile: number): number {
  const sorted = requests.map((request) => request.latencyMs).toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? 0;
}

/** Share of the requests begun in a span that went to a replica, as a multiple of the fair share. */
export function fairShare(
  requests: readonly SimulatedRequest[],
  replica: number,
  span: { readonly from: number; readonly to: number; readonly replicas: number },
): number {
  const within = requests.filter(
    ({ startSeconds }) => startSeconds >= span.from && startSeconds < span.to,
  );
  const its = within.filter((request) => request.replica === replica);
  return (its.length / within.length) * span.replicas;
}
