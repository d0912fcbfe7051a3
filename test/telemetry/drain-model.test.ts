// Any order of appends, rotations, crashes, torn tails and sink answers: every row exactly once.
import * as fc from "fast-check";
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createDrain, type Drain } from "../../src/telemetry/drain.ts";
import type { Spool } from "../../src/telemetry/spool.ts";
import type { SpoolWriter } from "../../src/telemetry/spool-writer.ts";
import {
  drainOptions,
  numbered,
  pathsIn,
  spoolIn,
  tempFolder,
  TokenSink,
  writerOn,
} from "./support/spool-kit.ts";
import { framesOf } from "./support/groups.ts";

type Answer = "stored" | "retry" | "lost";
type Action =
  | { readonly kind: "append"; readonly worker: 0 | 1; readonly rows: number }
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  | { readonly kind: "drain" }
  /** The process ends wherever the drain stands; with `torn`, in the middle of a row. */
  | { readonly kind: "crash"; readonly torn: boolean }
  | { readonly kind: "respawn"; readonly worker: 0 | 1 };

const worker = fc.constantFrom(0 as const, 1 as const);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      worker,
      rows: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("answers" as const),
      answers: fc.array(fc.constantFrom<Answer>("stored", "retry", "lost"), { maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "drain" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), torn: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("respawn" as const), worker }) },
);

/** The real spool and drain beside the model: the rows appended and the torn pieces left. */
class World {
  readonly sink = new TokenSink();
  readonly appended: string[] = [];
  /** Rows that no store will take; every seventh. */
  readonly bad = (row: string): boolean => Number(row) % 7 === 3;
  torn = 0;
  tornSeen = 0;
  rejected = 0;
  #answers: Answer[] = [];
  readonly #folder: string;
  #spool: Spool;
  #writers: SpoolWriter[];
  #drain: Drain;

  constructor(folder: string) {
    this.#folder = folder;
    this.sink.plan = ({ body, format }) => {
      const answer = this.#answers.shift() ?? "stored";
      if (answer === "retry") return "retry";
      return pathsIn(body, format).some((row) => this.bad(row)) ? "rejected" : answer;
    };
    [this.#spool, this.#writers, this.#drain] = this.#boot();
  }

  start(): Promise<void> {
    return this.#drain.start();
  }

  async do(action: Action): Promise<void> {
    if (action.kind === "append") this.#append(action.worker, action.rows);
    else if (action.kind === "answers") this.#answers = [...action.answers];
    else if (action.kind === "drain") await this.#drain.flush();
    else if (action.kind === "respawn")
      this.#writers[action.worker] = writerOn(this.#spool, { worker: action.worker });
    else await this.crash(action.torn);
  }

  async crash(torn: boolean): Promise<void> {
    await this.#drain.stop(0);
    this.#count();
    const last = readdirSync(this.#spool.folder)
      .filter((file) => file.includes(this.#spool.run))
      .sort()
      .at(-1);
    if (torn && last !== undefined) {
      appendFileSync(join(this.#spool.folder, last), framesOf([numbered(17)]).subarray(0, 30));
      this.torn++;
    }
    [this.#spool, this.#writers, this.#drain] = this.#boot();
    await this.start();
  }

  async finish(): Promise<readonly string[]> {
    this.#answers = [];
    await this.crash(false);
    await this.#drain.flush();
    await this.#drain.stop();
    this.#count();
    return readdirSync(this.#spool.folder).filter((file) => file.endsWith(".rows"));
  }

  #append(worker: 0 | 1, rows: number): void {
    const added = Array.from({ length: rows }, (_, at) => String(this.appended.length + at));
    expect(this.#writers[worker]?.appendAll(added.map(numbered))).toBe(rows);
    this.appended.push(...added);
  }

  #count(): void {
    const { tornLines, rejectedRows } = this.#drain.stats();
    this.tornSeen += tornLines;
    this.rejected += rejectedRows;
  }

  #boot(): [Spool, SpoolWriter[], Drain] {
    const spool = spoolIn(this.#folder, { segmentBytes: 2500 });
    const writers = [writerOn(spool), writerOn(spool, { worker: 1 })];
    return [
      spool,
      writers,
      createDrain({ ...drainOptions(spool, this.sink), batchBytes: 40_000, batchRows: 9 }),
    ];
  }
}

test("every row is stored exactly once or is a dead letter, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 25 }), async (actions) => {
      using folder = tempFolder();
      const world = new World(folder.path);
      await world.start();
      for (const action of actions) await world.do(action);
      expect(await world.finish()).toEqual([]);
      const good = world.appended.filter((row) => !world.bad(row));
      expect(world.sink.rows.toSorted((a, b) => Number(a) - Number(b))).toEqual(good);
      expect(world.rejected).toBe(world.appended.length - good.length);
      expect(world.tornSeen).toBe(world.torn);
    }),
    { numRuns: 40 },
  );
});
