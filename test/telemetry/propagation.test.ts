// The caller found in any configured format, the fields each attempt carries, and none of the rest.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeaderList, type RawHeaders } from "../../src/core/header-list.ts";
import { createPropagation, propagatorsOf } from "../../src/telemetry/propagation.ts";
import { createSampler } from "../../src/telemetry/sampler.ts";
import { createIds } from "../../src/telemetry/span-ids.ts";
import { traceresponse } from "../../src/telemetry/trace-context.ts";

const TRACE = "80f198ee56343ba864fe8b2a57d3eff7";
const SPAN = "e457b5a2e4d86bd1";
const OURS = "00f067aa0ba902b7";
const NEW = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

function propagation(propagators: string, env: NodeJS.ProcessEnv = {}) {
  const warnings: unknown[] = [];
  const warn = (event: string, fields?: object) => void warnings.push({ event, ...fields });
  const sampler = createSampler(env, warn);
  const ids = { traceId: () => NEW.traceId, spanId: () => NEW.spanId };
  const names = propagatorsOf({ OTEL_PROPAGATORS: propagators });
  return { ...createPropagation({ propagators: names, sampler, ids, warn }), warnings };
}

function outgoing(propagators: string, incoming: RawHeaders, env: NodeJS.ProcessEnv = {}) {
  const { extract, inject } = propagation(propagators, env);
  const headers: string[] = [];
  inject(extract(new HeaderList(incoming)), OURS, headers);
  return headers;
}

describe("W3C", () => {
  const started = ["traceparent", `00-${NEW.traceId}-${OURS}-03`];
  const cases: [string, RawHeaders, RawHeaders][] = [
    ["nothing received: a new random trace", [], started],
    [
      "continued under our span",
      ["traceparent", TRACEPARENT],
      ["traceparent", `00-${TRACE}-${OURS}-01`],
    ],
    [
      "not sampled stays so, random flag stays",
      ["TraceParent", `00-${TRACE}-${SPAN}-02`],
      ["traceparent", `00-${TRACE}-${OURS}-02`],
    ],
    [
      "a higher version goes on as 00",
      ["traceparent", `cc-${TRACE}-${SPAN}-01-x`],
      ["traceparent", `00-${TRACE}-${OURS}-01`],
    ],
    [
      "two traceparents, though equal: restart",
      ["traceparent", TRACEPARENT, "Traceparent", TRACEPARENT],
      started,
    ],
    ["a wrong name", ["trace-parent", TRACEPARENT], started],
    [
      "tracestate goes along",
      ["traceparent", TRACEPARENT, "tracestate", "a=1", "TRACESTATE", "b=2"],
      ["traceparent", `00-${TRACE}-${OURS}-01`, "tracestate", "a=1,b=2"],
    ],
    [
      "a bad tracestate does not hurt traceparent",
      ["traceparent", TRACEPARENT, "tracestate", "A=1"],
      ["traceparent", `00-${TRACE}-${OURS}-01`],
    ],
    ["tracestate without traceparent", ["tracestate", "a=1"], started],
    [
      "tracestate with a bad traceparent",
      ["traceparent", `${TRACEPARENT}.`, "tracestate", "a=1"],
      started,
    ],
    [
      "baggage lives without a trace",
      ["baggage", "a=1", "Baggage", "b=2"],
      [...started, "baggage", "a=1,b=2"],
    ],
    [
      "bad baggage is dropped alone",
      ["traceparent", TRACEPARENT, "baggage", "a"],
      ["traceparent", `00-${TRACE}-${OURS}-01`],
    ],
  ];
  test.each(cases)("%s", (_name, incoming, expected) => {
    expect(outgoing("", incoming)).toEqual(expected);
  });

  test("the sampler decides the sampled flag, never the random one", () => {
    const off = { OTEL_TRACES_SAMPLER: "always_off" };
    expect(outgoing("", [], off)[1]).toBe(`00-${NEW.traceId}-${OURS}-02`);
    expect(outgoing("", ["traceparent", `00-${TRACE}-${SPAN}-03`], off)[1]).toMatch(/-02$/);
    expect(
      outgoing("", ["traceparent", `00-${TRACE}-${SPAN}-00`], {
        OTEL_TRACES_SAMPLER: "always_on",
      })[1],
    ).toMatch(/-01$/);
  });

  test("traceresponse names our server span", () => {
    const context = propagation("").extract(new HeaderList(["traceparent", TRACEPARENT]));
    expect(context.parentSpanId).toBe(SPAN);
    expect(traceresponse(context, OURS)).toBe(`00-${TRACE}-${OURS}-01`);
  });
});

describe("B3", () => {
  const short = "48485a3953bb6124";
  const single = (value: string): RawHeaders => ["b3", value];
  const multi = (...state: string[]): RawHeaders => [
    "X-B3-TraceId",
    TRACE,
    "X-B3-SpanId",
    SPAN,
    ...state,
  ];
  const cases: [string, RawHeaders, string][] = [
    ["accept", single(`${TRACE}-${SPAN}-1`), `${TRACE}-${OURS}-1`],
    ["deny", single(`${TRACE}-${SPAN}-0`), `${TRACE}-${OURS}-0`],
    ["debug is sampled and stays debug", single(`${TRACE}-${SPAN}-d`), `${TRACE}-${OURS}-d`],
    ["deferred: we decide", single(`${TRACE}-${SPAN}`), `${TRACE}-${OURS}-1`],
    [
      "with the parent's parent",
      single(`${TRACE}-${SPAN}-0-05e3ac9a4f6e3b90`),
      `${TRACE}-${OURS}-0`,
    ],
    [
      "deferred with the parent's parent",
      single(`${TRACE}-${SPAN}-05e3ac9a4f6e3b90`),
      `${TRACE}-${OURS}-1`,
    ],
    ["64-bit trace id", single(`${short}-${SPAN}-1`), `0000000000000000${short}-${OURS}-1`],
    ["a denial alone", single("0"), `${NEW.traceId}-${OURS}-0`],
    ["debug alone", single("d"), `${NEW.traceId}-${OURS}-d`],
    ["multiple fields", multi("X-B3-Sampled", "0"), `${TRACE}-${OURS}-0`],
    ["words of old tracers", multi("X-B3-Sampled", "false"), `${TRACE}-${OURS}-0`],
    ["debug flag", multi("X-B3-Flags", "1"), `${TRACE}-${OURS}-d`],
    ["other flags are none", multi("X-B3-Flags", "3", "X-B3-Sampled", "0"), `${TRACE}-${OURS}-0`],
    ["deferred", multi(), `${TRACE}-${OURS}-1`],
    ["a denial alone in multiple fields", ["x-b3-sampled", "0"], `${NEW.traceId}-${OURS}-0`],
    [
      "single before multiple",
      [...multi("X-B3-Sampled", "1"), "b3", "0"],
      `${NEW.traceId}-${OURS}-0`,
    ],
    ...[
      "",
      "x",
      TRACE,
      `${TRACE}-${SPAN}-2`,
      `${TRACE}-${SPAN}-1-zz`,
      `${TRACE}-${SPAN}-1-${SPAN}-1`,
      `${TRACE.toUpperCase()}-${SPAN}-0`,
      `${"0".repeat(32)}-${SPAN}-0`,
      `${TRACE}-${"0".repeat(16)}-0`,
      `${TRACE.slice(1)}-${SPAN}-0`,
    ].map((junk): [string, RawHeaders, string] => [
      `junk "${junk}" restarts`,
      single(junk),
      `${NEW.traceId}-${OURS}-1`,
    ]),
    [
      "ids without each other restart",
      ["x-b3-traceid", TRACE, "x-b3-sampled", "0"],
      `${NEW.traceId}-${OURS}-1`,
    ],
    ["an unknown state restarts", multi("x-b3-sampled", "yes"), `${NEW.traceId}-${OURS}-1`],
  ];
  test.each(cases)("%s", (_name, incoming, expected) => {
    expect(outgoing("b3", incoming)).toEqual(["b3", expected]);
  });

  test("b3multi writes fields, debug in place of sampled", () => {
    const ids = ["x-b3-traceid", TRACE, "x-b3-spanid", OURS];
    expect(outgoing("b3multi", single(`${TRACE}-${SPAN}-0`))).toEqual([
      ...ids,
      "x-b3-sampled",
      "0",
    ]);
    expect(outgoing("b3multi", single(`${TRACE}-${SPAN}-d`))).toEqual([...ids, "x-b3-flags", "1"]);
  });
});

describe("Jaeger", () => {
  const cases: [string, string, string][] = [
    ["sampled", `${TRACE}:${SPAN}:0:1`, `${TRACE}:${OURS}:0:01`],
    ["not sampled", `${TRACE}:${SPAN}:${SPAN}:00`, `${TRACE}:${OURS}:0:00`],
    ["debug implies sampled", `${TRACE}:${SPAN}:0:3`, `${TRACE}:${OURS}:0:03`],
    [
      "left out zeros, upper case",
      "DEADBEEF:1:0:1",
      `000000000000000000000000deadbeef:${OURS}:0:01`,
    ],
    ["URL-encoded", `${TRACE}%3A${SPAN}%3a0%3A0`, `${TRACE}:${OURS}:0:00`],
    ...[
      "",
      "0:0:0:0",
      `${TRACE}:0:0:0`,
      `${TRACE}:${SPAN}:0`,
      `${TRACE}:${SPAN}:0:100`,
      `${TRACE}0:${SPAN}:0:0`,
      `${TRACE}:x:0:0`,
    ].map((junk): [string, string, string] => [
      `junk "${junk}" restarts`,
      junk,
      `${NEW.traceId}:${OURS}:0:01`,
    ]),
  ];
  test.each(cases)("%s", (_name, incoming, expected) => {
    expect(outgoing("jaeger", ["Uber-Trace-Id", incoming])).toEqual(["uber-trace-id", expected]);
  });
});

describe("OTEL_PROPAGATORS", () => {
  test("the default, an empty value, blanks and repetitions", () => {
    expect(propagatorsOf({})).toEqual(["tracecontext", "baggage"]);
    expect(propagatorsOf({ OTEL_PROPAGATORS: "" })).toEqual(["tracecontext", "baggage"]);
    expect(propagatorsOf({ OTEL_PROPAGATORS: " b3 ,baggage,b3," })).toEqual(["b3", "baggage"]);
  });

  test("the last format that names a caller wins, all are written, tracestate is W3C's only", () => {
    const other = "1".repeat(32);
    const both = ["b3", `${other}-${SPAN}-0`, "traceparent", TRACEPARENT, "tracestate", "a=1"];
    const b3 = ["traceparent", `00-${other}-${OURS}-00`, "b3", `${other}-${OURS}-0`];
    expect(outgoing("tracecontext,b3", both)).toEqual(b3);
    const w3c = [
      "b3",
      `${TRACE}-${OURS}-1`,
      "traceparent",
      `00-${TRACE}-${OURS}-01`,
      "tracestate",
      "a=1",
    ];
    expect(outgoing("b3,tracecontext", both)).toEqual(w3c);
    expect(outgoing("tracecontext,b3", ["b3", "junk", ...both.slice(2)])[1]).toContain(TRACE);
  });

  test("none starts every trace here and writes nothing", () => {
    const { extract, warnings } = propagation("none");
    expect(extract(new HeaderList(["traceparent", TRACEPARENT])).traceId).toBe(NEW.traceId);
    expect(outgoing("none", ["traceparent", TRACEPARENT, "baggage", "a=1"])).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test("unknown names are warned about and the others hold", () => {
    const { warnings } = propagation("xray,tracecontext,none");
    expect(warnings).toEqual([
      { event: "unknown_propagator", OTEL_PROPAGATORS: "xray" },
      { event: "unknown_propagator", OTEL_PROPAGATORS: "none" },
    ]);
    expect(outgoing("xray,tracecontext", ["traceparent", TRACEPARENT])[1]).toContain(TRACE);
  });
});

test("whatever a client sends, the outgoing fields are valid and among the stripped ones", () => {
  const { extract, inject, fields } = propagation("tracecontext,b3,b3multi,jaeger,baggage");
  const ids = createIds();
  const valid = new RegExp(
    [
      "00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]",
      "[0-9a-f]{32}-[0-9a-f]{16}-[01d]",
      "[0-9a-f]{32}",
      "[0-9a-f]{16}",
      "[01]",
      "[0-9a-f]{32}:[0-9a-f]{16}:0:0[0-3]",
    ]
      .map((one) => `^${one}$`)
      .join("|"),
  );
  const name = fc.constantFrom(...fields, "Traceparent", "other");
  const char = fc.constantFrom(...Array.from("0123456789abcdef-:,= %dé\u0000"));
  const value = fc.oneof(
    fc.string({ unit: char, maxLength: 60 }),
    fc.constantFrom(
      TRACEPARENT,
      `${TRACE}-${SPAN}-d`,
      `${TRACE}:${SPAN}:0:3`,
      TRACE,
      SPAN,
      "1",
      "a=1",
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (pairs) => {
      const context = extract(new HeaderList(pairs.flat()));
      expect(context.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      const headers: string[] = [];
      inject(context, ids.spanId(), headers);
      for (let at = 0; at < headers.length; at += 2) {
        expect(fields.has(headers[at]!)).toBe(true);
        if (headers[at] === "tracestate" || headers[at] === "baggage") {
          expect(headers[at + 1]).toMatch(/^[\x20-\x7e]+$/);
        } else expect(headers[at + 1]).toMatch(valid);
      }
    }),
    { numRuns: 300 },
  );
});
