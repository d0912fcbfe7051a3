// Sampling by trace: nothing is lost or counted twice, memory is bounded, and what is kept stands for all there was.
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { SamplingOptions, SamplingRule } from "../../../src/collector/options.ts";
import { createSampler, type Sampler } from "../../../src/collector/sampling/sampler.ts";
import { drawnFrom, readSpan } from "../../../src/collector/sampling/span-line.ts";
import { NOBODY, thresholdIn, thresholdOf } from "../../../src/collector/sampling/threshold.ts";
import { silentLog } from "../../../src/core/log.ts";
import { STREAMS } from "../../../src/telemetry/streams.ts";

const ROOT = mkdtempSync(join(tmpdir(), "weir-sampling-"));
afterAll(() => rmSync(ROOT, { recursive: true }));

const WAIT_MS = 1_000;
const MIB = 1024 * 1024;
/** Never has room for more. */
const SPOOL_BYTES = 4 * MIB;

function rule(given: Partial<SamplingRule>): SamplingRule {
  const any = { name: "r", share: 1, service: "", span: "", error: false, min_ms: 0 };
  return { ...any, attribute: "", values: [], ...given };
}

const ERRORS = rule({ error: true });

interface SpanGiven {
  readonly trace: string;
  readonly name?: string;
  readonly state?: string;
  readonly service?: string;
  readonly error?: boolean;
  readonly ms?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

function lineOf({ trace, name = "n", state = "", service = "s", ...given }: SpanGiven): string {
  const values: Readonly<Record<string, unknown>> = {
    Timestamp: "1700000000.000000000",
    TraceId: trace,
    SpanId: "00f067aa0ba902b7",
    TraceState: state,
    SpanName: name,
    ServiceName: service,
    ResourceAttributes: { "service.name": service, odd: '],"{\\' },
    SpanAttributes: given.attributes ?? {},
    Duration: (given.ms ?? 1) * 1e6,
    StatusCode: given.error === true ? "Error" : "Unset",
  };
  return JSON.stringify(STREAMS.spans.columns.map((column) => values[column] ?? ""));
}

/** A trace whose randomness is `part` of all there is. */
function traceAt(part: number): string {
  const randomness = BigInt(Math.floor(part * 2 ** 53)) << 3n;
  return `4bf92f3577b34da6a3${randomness.toString(16).padStart(14, "0")}`;
}

interface Rig {
  sampler: Sampler;
  readonly kept: string[];
  readonly counts: { letGo: number; hurried: number; waiting: number };
  readonly take: (...spans: readonly SpanGiven[]) => boolean;
  /** Ends as a crash does, and begins anew. */
  readonly crash: () => void;
  /** Where what waits is. */
  readonly folder: string;
  readonly files: () => number;
  nowMs: number;
  isFull: boolean;
}

let folders = 0;

function rigOf(given: Partial<SamplingOptions> | null): Rig {
  const options = given && {
    share: 1,
    wait_ms: WAIT_MS,
    max_bytes: MIB,
    rules: [ERRORS],
    ...given,
  };
  const folder = join(ROOT, String(folders++));
  const kept: string[] = [];
  const counts = { letGo: 0, hurried: 0, waiting: 0 };
  const parts = {
    options,
    folder,
    keep: (lines: Buffer): boolean => {
      if (rig.isFull || lines.length > SPOOL_BYTES) return false;
      kept.push(...lines.toString().trimEnd().split("\n"));
      return true;
    },
    told: {
      letGo: (spans: number) => void (counts.letGo += spans),
      hurried: (traces: number) => void (counts.hurried += traces),
      waiting: (spans: number) => void (counts.waiting = spans),
    },
    nowMs: () => rig.nowMs,
    log: silentLog,
  };
  const rig: Rig = {
    sampler: null as unknown as Sampler,
    kept,
    counts,
    take: (...spans) => rig.sampler.take(Buffer.from(`${spans.map(lineOf).join("\n")}\n`)),
    crash: () => (rig.sampler = createSampler(parts)),
    folder: join(folder, "waiting"),
    files: () => readdirSync(rig.folder).length,
    nowMs: 0,
    isFull: false,
  };
  rig.crash();
  return rig;
}

function passed(rig: Rig, ms: number): void {
  rig.nowMs += ms;
  rig.sampler.turn();
}

/** As the store reckons it (0003_otel_traces.sql). */
function weightOf(line: string): number {
  const { attributes, traceState } = readSpan(line);
  const rate = parseFloat(attributes["SampleRate"] ?? "0");
  return rate >= 1 ? rate : 2 ** 56 / Number(NOBODY - thresholdIn(traceState));
}

function namesIn(lines: readonly string[]): string[] {
  return lines.map((line) => readSpan(line).name).sort();
}

function estimate(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + weightOf(line), 0);
}

describe("rules", () => {
  const span = { trace: traceAt(0), service: "shop", name: "GET /", attributes: { a: "1" } };
  type Case = readonly [rule: Partial<SamplingRule>, span: Partial<SpanGiven>, isKept: boolean];
  test.each<[string, Case]>([
    ["an error", [{ error: true }, { error: true }, true]],
    ["no error", [{ error: true }, {}, false]],
    ["as slow", [{ min_ms: 5 }, { ms: 5 }, true]],
    ["faster", [{ min_ms: 5 }, { ms: 4.9 }, false]],
    ["its service", [{ service: "shop" }, {}, true]],
    ["another service", [{ service: "shops" }, {}, false]],
    ["its name", [{ span: "GET /" }, {}, true]],
    ["an attribute", [{ attribute: "a" }, {}, true]],
    ["an attribute's value", [{ attribute: "a", values: ["2", "1"] }, {}, true]],
    ["another value", [{ attribute: "a", values: ["2"] }, {}, false]],
    ["none such", [{ attribute: "b" }, {}, false]],
    ["of the resource", [{ attribute: "service.name", values: ["shop"] }, {}, true]],
    ["all of it", [{ service: "shop", error: true }, {}, false]],
  ])("%s", (_, [given, changed, isKept]) => {
    const rig = rigOf({ share: 0, rules: [rule(given)] });
    expect(rig.take({ ...span, ...changed })).toBe(true);
    passed(rig, WAIT_MS);
    expect(rig.kept).toHaveLength(isKept ? 1 : 0);
    expect(rig.counts.letGo).toBe(isKept ? 0 : 1);
  });

  test("the first one that is for any span decides for all, whichever came first", () => {
    const probes = rule({ service: "probe", share: 0 });
    const rig = rigOf({ share: 0, rules: [probes, ERRORS] });
    rig.take({ trace: traceAt(0.1), error: true }, { trace: traceAt(0.2), error: true });
    rig.take({ trace: traceAt(0.1), service: "probe" }, { trace: traceAt(0.2), name: "later" });
    passed(rig, WAIT_MS - 1);
    expect(rig.kept).toEqual([]);
    passed(rig, 1);
    expect(namesIn(rig.kept)).toEqual(["later", "n"]);
  });
});

describe("what is kept stands for all", () => {
  /** Of 1,000 traces spread evenly, so that a share has exactly its part of them. */
  const spread = Array.from({ length: 1_000 }, (_, at) => traceAt((at + 0.5) / 1_000));

  test.each([1, 0.5, 0.1, 0.01])("a share of %d, without rules: at once", (share) => {
    const rig = rigOf({ share, rules: [] });
    for (const trace of spread) rig.take({ trace });
    expect(rig.kept).toHaveLength(1_000 * share);
    expect(estimate(rig.kept)).toBeCloseTo(1_000, 6);
    expect(rig.counts).toEqual({ letGo: 1_000 - rig.kept.length, hurried: 0, waiting: 0 });
  });

  test("errors are kept and stand for themselves, the rest for a tenth, late spans too", () => {
    const rig = rigOf({ share: 0.1 });
    for (const [at, trace] of spread.entries()) rig.take({ trace, error: at % 100 === 7 });
    passed(rig, WAIT_MS);
    for (const [at, trace] of spread.entries())
      rig.take({ trace, name: "late", error: at % 20 === 3 });
    const [first, late] = [false, true].map((isLate) =>
      rig.kept.filter((line) => (readSpan(line).name === "late") === isLate),
    );
    expect(first?.filter((line) => weightOf(line) === 1)).toHaveLength(10);
    expect(first).toHaveLength(10 + 99);
    expect(estimate(first ?? [])).toBeCloseTo(1_000, 6);
    // One that fails late is kept, though its trace was let go.
    expect(late?.filter((line) => readSpan(line).isError)).toHaveLength(50);
    expect(estimate(late ?? [])).toBeCloseTo(1_000, 6);
    expect(rig.kept.length + rig.counts.letGo).toBe(2_000);
  });

  test.each<[string, readonly [string, Readonly<Record<string, string>>, number]]>([
    ["none before", ["", {}, 4]],
    ["a sampler before that kept less", ["ot=th:f", {}, 16]],
    ["a sampler before that kept more", ["a=b,ot=th:8", {}, 4]],
    ["a rate of another maker", ["", { SampleRate: "3" }, 12]],
    ["both", ["ot=th:8", { SampleRate: "2" }, 4]],
    ["a rate that is none", ["", { SampleRate: "0x10" }, 4]],
  ])("%s", (_, [state, attributes, weight]) => {
    const rig = rigOf({ share: 0.25, rules: [] });
    rig.take({ trace: traceAt(0.99), state, attributes: { ...attributes, 'ä"\\': "ö]" } });
    const [line = ""] = rig.kept;
    expect(weightOf(line)).toBe(weight);
    expect(readSpan(line).attributes['ä"\\']).toBe("ö]");
    expect(readSpan(line).service).toBe("s");
  });

  test("a trace's own randomness counts, wherever it is told", () => {
    const rig = rigOf({ share: 0.5 });
    rig.take({ trace: traceAt(0.1) });
    rig.take({ trace: traceAt(0.1), state: "ot=rv:fffffffffffff0" });
    passed(rig, WAIT_MS);
    expect(rig.kept).toHaveLength(2);
  });
});

test("whatever comes, every span is kept or counted, and memory has an end", () => {
  const step = fc.oneof(
    fc.record({ trace: fc.nat(30), error: fc.boolean(), size: fc.nat(3_000) }),
    fc.record({ ms: fc.nat(WAIT_MS) }),
    fc.record({ full: fc.boolean() }),
    fc.constant("crash" as const),
    fc.record({ share: fc.constantFrom(0, 0.3, 1) }),
  );
  const max_bytes = 16_384;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const rig = rigOf({ share: 0.3, max_bytes });
      let taken = 0;
      for (const one of steps) {
        if (one === "crash") rig.crash();
        else if ("full" in one) rig.isFull = one.full;
        else if ("ms" in one) passed(rig, one.ms);
        else if ("share" in one)
          rig.sampler.replace({ share: one.share, wait_ms: WAIT_MS, max_bytes, rules: [ERRORS] });
        else {
          const { trace, error, size } = one;
          const attributes = { filler: "x".repeat(size) };
          if (rig.take({ trace: traceAt(trace / 31), error, attributes })) taken++;
          // Of a line and what is reckoned for it.
          expect(rig.counts.waiting * 300).toBeLessThan(max_bytes + 4_000);
        }
        expect(rig.kept.length + rig.counts.letGo + rig.counts.waiting).toBe(taken);
      }
      rig.isFull = false;
      rig.sampler.close();
      expect(rig.counts.waiting).toBe(0);
      expect(rig.kept.length + rig.counts.letGo).toBe(taken);
      // Nothing is left of what waited.
      rig.crash();
      expect(rig.kept.length + rig.counts.letGo).toBe(taken);
    }),
    { numRuns: 60 },
  );
});

test("a crash: what waits goes on to wait, what was decided is not stored twice", () => {
  const rig = rigOf({ share: 0 });
  rig.take({ trace: traceAt(0.1), error: true, name: "before" });
  rig.nowMs = WAIT_MS / 2;
  rig.take({ trace: traceAt(0.2), name: "waits" }, { trace: traceAt(0.3), name: "let go" });
  passed(rig, WAIT_MS / 2);
  expect(namesIn(rig.kept)).toEqual(["before"]);
  rig.crash();
  expect(rig.counts.waiting).toBe(2);
  rig.take({ trace: traceAt(0.2), name: "failed", error: true });
  passed(rig, WAIT_MS);
  expect(namesIn(rig.kept)).toEqual(["before", "failed", "waits"]);
  expect(rig.files()).toBe(0);
});

test("a full spool: spans go on to wait, then senders do, and then all goes on", () => {
  const rig = rigOf({ max_bytes: 4_096 });
  rig.isFull = true;
  const answers = Array.from({ length: 30 }, (_, at) => rig.take({ trace: traceAt(at / 30) }));
  const taken = answers.filter(Boolean).length;
  expect(answers).toContain(false);
  expect(rig.counts.waiting).toBe(taken);
  rig.isFull = false;
  expect(rig.take({ trace: traceAt(0.99) })).toBe(true);
  expect(rig.counts.hurried).toBeGreaterThan(0);
  passed(rig, WAIT_MS);
  expect(rig.kept).toHaveLength(taken + 1);
});

test("a trace larger than the spool leaves piece by piece", () => {
  const rig = rigOf({ share: 0.5, max_bytes: 64 * MIB });
  const attributes = { filler: "x".repeat(30_000) };
  const spans = Array.from({ length: 400 }, () => ({ trace: traceAt(0.9), attributes }));
  rig.take({ trace: traceAt(0.8) }, ...spans);
  rig.crash();
  passed(rig, WAIT_MS);
  expect(rig.kept).toHaveLength(401);
  expect(estimate(rig.kept)).toBe(802);
  expect([rig.counts.waiting, rig.files()]).toEqual([0, 0]);
});

test("what a damaged disk left is passed over, and the rest is kept", () => {
  const rig = rigOf({});
  rig.take({ trace: traceAt(0.1) });
  const [name = ""] = readdirSync(rig.folder);
  appendFileSync(join(rig.folder, name), '["half\n[1,"no trace"]\nnoise\n["torn');
  rig.crash();
  passed(rig, WAIT_MS);
  expect(rig.kept).toHaveLength(1);
  expect(rig.files()).toBe(0);
});

test("switched off, all is kept as it comes, and what waits is decided", () => {
  const rig = rigOf({ share: 0 });
  rig.take({ trace: traceAt(0.1) }, { trace: traceAt(0.2), error: true });
  rig.sampler.replace(null);
  expect(rig.counts).toMatchObject({ letGo: 1, waiting: 0 });
  rig.take({ trace: traceAt(0.3), name: "all" });
  expect(namesIn(rig.kept)).toEqual(["all", "n"]);
});

test("a line that nothing is drawn from stays as it is", () => {
  const line = lineOf({ trace: traceAt(0), state: "ot=th:8" });
  expect(drawnFrom(line, 0n)).toBe(line);
  expect(drawnFrom(line, thresholdOf(0.5))).toBe(line);
});
