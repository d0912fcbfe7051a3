// The waterfall's model: order, depth, stages, and traces that are broken.
import { describe, expect, it } from "vitest";
import type { Trace } from "../../dashboards/web/src/request-row.ts";
import { stagesOf } from "../../dashboards/web/src/sheet/stages.ts";
import { unfolded, waterfallOf } from "../../dashboards/web/src/sheet/waterfall-model.ts";
import { cannedTrace, PAYMENT_SPAN, ROOT_SPAN } from "./support/trace.ts";

const trace = cannedTrace(Date.UTC(2026, 10, 21)) as unknown as Trace;

it("puts attempts under their request and services' spans under the attempt that called them", () => {
  const { bars, services } = waterfallOf(trace);
  expect(bars.map(({ depth, name }) => `${depth} ${name}`)).toEqual([
    "0 POST /orders",
    "1 orders 127.0.0.1:4003",
    "1 orders 127.0.0.1:4001",
    "2 POST /orders",
    "3 validate basket",
    "3 POST /payments/charge",
    "4 payments 127.0.0.1:4101",
    "5 charge card",
    "6 INSERT charges",
    "3 GET /catalogue/books/9780262033848",
    "4 catalogue 127.0.0.1:4202",
    "5 GET /catalogue/books/:isbn",
  ]);
  expect(services).toEqual(["orders", "payments", "catalogue"]);
});

it("measures from the first instant, in nanoseconds", () => {
  const { bars, totalNs } = waterfallOf(trace);
  expect(bars[0]).toMatchObject({ id: ROOT_SPAN, startNs: 0, durationNs: 184_300_000 });
  expect(bars.find(({ id }) => id === PAYMENT_SPAN)).toMatchObject({ startNs: 41e6 });
  expect(totalNs).toBe(184_300_000);
});

it("lays the stages of the last attempt where that attempt was", () => {
  const stages = stagesOf(trace.requests[0]!);
  expect(stages.map(({ name }) => name)).toEqual([
    "identify",
    "authorize",
    "balance",
    "connect",
    "wait",
    "stream",
  ]);
  expect(stages.find(({ name }) => name === "connect")?.startNs).toBe(34_900_000);
  const last = stages.at(-1)!;
  expect(last.startNs + last.durationNs).toBe(184_300_000);
});

it("hides what is under a folded bar and nothing else", () => {
  const { bars } = waterfallOf(trace);
  const left = unfolded(bars, new Set([PAYMENT_SPAN]));
  expect(left).toHaveLength(bars.length - 3);
  expect(left.some(({ name }) => name === "charge card")).toBe(false);
});

it("survives parents that are missing or go in a circle", () => {
  const span = trace.spans[0]!;
  const spans = [
    { ...span, span_id: "a", parent_span_id: "nowhere" },
    { ...span, span_id: "b", parent_span_id: "b" },
    { ...span, span_id: "c", parent_span_id: "d" },
    { ...span, span_id: "d", parent_span_id: "c" },
  ];
  const { bars } = waterfallOf({ trace_id: "t", requests: [], spans, logs: [], truncated: false });
  expect(bars.map(({ id }) => id).toSorted()).toEqual(["a", "b", "c", "d"]);
});

it("lays what was logged where it was, within its span", () => {
  const { bars } = waterfallOf(trace);
  const dots = bars.filter((bar) => bar.dots.length > 0);
  expect(dots.map(({ name, dots }) => [name, dots.map(({ atNs }) => atNs)])).toEqual([
    ["charge card", [50e6]],
  ]);
});

describe("clocks that are behind", () => {
  /** Milliseconds by each span's own clock; weir's request is the root, from 0 to 184.3. */
  const skewed = (
    spans: readonly (readonly [
      id: string,
      parent: string,
      at: number,
      ms: number,
      service: string,
    ])[],
  ) => {
    const [root] = trace.requests;
    const startMs = Date.parse(root!.started_at);
    const time = (at: number): string => new Date(startMs + at).toISOString();
    return waterfallOf({
      ...trace,
      requests: [{ ...root!, attempt_span_id: [] }],
      spans: spans.map(([id, parent, at, ms, service]) => ({
        ...trace.spans[0]!,
        span_id: id,
        parent_span_id: parent === "root" ? ROOT_SPAN : parent,
        started_at: time(at),
        duration_ns: ms * 1e6,
        service,
      })),
      logs: [{ ...trace.logs[0]!, span_id: "b", time: time(-990) }],
    });
  };
  const shown = (bars: ReturnType<typeof skewed>["bars"]) =>
    bars.slice(1).map(({ id, startNs, skewNs }) => [id, startNs / 1e6, skewNs / 1e6]);

  it.each([
    [
      "none is",
      [
        ["a", "root", 10, 100, "x"],
        ["b", "a", 20, 10, "y"],
      ],
      [
        ["a", 10, 0],
        ["b", 20, 0],
      ],
    ],
    [
      "a service's is: its spans and lines move together into the middle of what called it",
      [
        ["a", "root", -1000, 84.3, "x"],
        ["b", "a", -990, 10, "x"],
      ],
      [
        ["a", 50, 1050],
        ["b", 60, 1050],
      ],
    ],
    [
      "a span longer than what called it begins with it",
      [
        ["a", "root", -1000, 500, "x"],
        ["b", "a", 30, 10, "y"],
      ],
      [
        ["a", 0, 1000],
        ["b", 30, 0],
      ],
    ],
    [
      "each service has its own",
      [
        ["a", "root", -1000, 84.3, "x"],
        ["b", "a", -2000, 4.3, "y"],
      ],
      [
        ["a", 50, 1050],
        ["b", 90, 2090],
      ],
    ],
  ] as const)("%s", (_, spans, expected) => {
    const { bars, totalNs } = skewed(spans);
    expect(shown(bars)).toEqual(expected);
    expect(bars[0]).toMatchObject({ startNs: 0, skewNs: 0 });
    expect(totalNs).toBeLessThanOrEqual(500e6);
  });

  it("moves lines with their span", () => {
    const { bars } = skewed([
      ["a", "root", -1000, 84.3, "x"],
      ["b", "a", -990, 10, "x"],
    ]);
    expect(bars.find(({ id }) => id === "b")?.dots.map(({ atNs }) => atNs)).toEqual([60e6]);
  });

  it("where the root's is, what calls nothing else stays the measure", () => {
    const { bars } = skewed([["a", "", -50, 300, "x"]]);
    expect(bars.map(({ id, startNs }) => [id, startNs / 1e6])).toContainEqual(["a", 0]);
    expect(bars.map(({ id, startNs }) => [id, startNs / 1e6])).toContainEqual([ROOT_SPAN, 50]);
  });
});

it("places a chain of twenty thousand spans, each below the one before", () => {
  const span = trace.spans[0]!;
  const spans = Array.from({ length: 20_000 }, (_, at) => {
    return { ...span, span_id: `s${at}`, parent_span_id: at === 0 ? "" : `s${at - 1}` };
  });
  const { bars } = waterfallOf({ trace_id: "t", requests: [], spans, logs: [], truncated: false });
  expect(bars.map(({ depth, id }) => `${depth} ${id}`)).toEqual(
    spans.map(({ span_id }, at) => `${at} ${span_id}`),
  );
});
