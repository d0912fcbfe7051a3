// The waterfall's model: order, depth, stages, and traces that are broken.
import { expect, it } from "vitest";
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
  const { bars } = waterfallOf({ trace_id: "t", requests: [], spans });
  expect(bars.map(({ id }) => id).toSorted()).toEqual(["a", "b", "c", "d"]);
});
