// Every rule of W3C Trace Context Level 2 for traceparent and tracestate, and what must never pass.
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeaderList } from "../../src/core/header-list.ts";
import { parseTraceparent } from "../../src/telemetry/trace-context.ts";
import { MAX_STATE_LENGTH, readTraceState } from "../../src/telemetry/trace-state.ts";
import traceparents from "../fixtures/trace-context/traceparent.json" with { type: "json" };
import tracestates from "../fixtures/trace-context/tracestate.json" with { type: "json" };

const TRACEPARENT = "00-12345678901234567890123456789012-1234567890123456-01";
/** How OpenTelemetry's propagator stands to the text: the same, laxer, stricter, or otherwise. */
type Otel = "same" | "lax" | "strict" | "differs";

function otelExtract(fields: Record<string, string | string[]>) {
  const getter = { get: (carrier: typeof fields, key: string) => carrier[key], keys: () => [] };
  const context = new W3CTraceContextPropagator().extract(ROOT_CONTEXT, fields, getter);
  return trace.getSpanContext(context);
}

describe("traceparent", () => {
  test.each(traceparents)("$section $rule: $value", ({ value, flags, otel }) => {
    const parent = parseTraceparent(value);
    const found = parent && (parent.sampled ? 1 : 0) + (parent.random ? 2 : 0);
    expect(found ?? null).toBe(flags);
    if (parent !== undefined) {
      expect(parent.traceId).toBe(value.trim().slice(3, 35));
      expect(parent.spanId).toBe(value.trim().slice(36, 52));
    }
    const theirs = otelExtract({ traceparent: value })?.traceFlags ?? null;
    const expected: Otel = theirs === flags ? "same" : theirs === null ? "strict" : "lax";
    expect(expected, "OpenTelemetry's answer, as noted in the table").toBe(otel);
  });

  test("anything accepted has valid ids", () => {
    const char = fc.constantFrom(...Array.from("0123456789abcdefABg-. \t"));
    const field = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: char, minLength: 50, maxLength: 60 }),
      fc.tuple(fc.nat(54), fc.string({ unit: "binary", maxLength: 2 })).map(([at, text]) => {
        return TRACEPARENT.slice(0, at) + text + TRACEPARENT.slice(at + 1);
      }),
    );
    fc.assert(
      fc.property(field, (value) => {
        const parent = parseTraceparent(value);
        if (parent === undefined) return;
        expect(parent.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
        expect(parent.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("tracestate", () => {
  test.each(tracestates)("$section $rule", ({ fields, out, otel }) => {
    const headers = new HeaderList(fields.flatMap((value) => ["TraceState", value]));
    expect(readTraceState(headers.joined("tracestate") ?? "")).toBe(out);
    const traceState = otelExtract({ traceparent: TRACEPARENT, tracestate: fields })?.traceState;
    const theirs = traceState?.serialize() ?? "";
    expect(relation(theirs, out), "OpenTelemetry's answer, as noted in the table").toBe(otel);
  });

  function relation(theirs: string, ours: string): Otel {
    if (theirs === ours) return "same";
    if (ours === "") return "lax";
    return theirs.length < ours.length && !theirs.includes("foo=3") ? "strict" : "differs";
  }

  const MEMBER =
    /^[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

  test("whatever comes in, what goes on is empty or within the grammar and limits", () => {
    const char = fc.constantFrom(...Array.from("ab0=,,@ \t_é\u0001Z"));
    const long = fc.tuple(fc.string({ unit: fc.constantFrom("a", "b", "1") }), fc.nat(260));
    const list = fc.array(long.map(([key, size]) => `k${key}=${"v".repeat(size)}`));
    const field = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: char, maxLength: 80 }),
      list.map((members) => members.join(",")),
    );
    fc.assert(
      fc.property(field, (value) => {
        const out = readTraceState(value);
        if (out === "") return;
        const members = out.split(",");
        expect(out.length).toBeLessThanOrEqual(MAX_STATE_LENGTH);
        expect(members.length).toBeLessThanOrEqual(32);
        for (const member of members) expect(member).toMatch(MEMBER);
        expect(new Set(members.map((member) => member.split("=")[0])).size).toBe(members.length);
        expect(readTraceState(out)).toBe(out);
      }),
      { numRuns: 500 },
    );
  });

  test("a valid list within 512 characters is passed on as it is", () => {
    const key = fc.stringMatching(/^[a-z0-9][a-z0-9_*/@-]{0,11}$/);
    const value = fc.stringMatching(
      /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,2}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/,
    );
    const lists = fc.uniqueArray(fc.tuple(key, value), { maxLength: 31, selector: ([key]) => key });
    fc.assert(
      fc.property(lists, (members) => {
        const list = members.map((pair) => pair.join("=")).join(",");
        expect(readTraceState(list)).toBe(list);
      }),
    );
  });
});
