// What becomes of each message of OTLP: rows with the columns and words of the OpenTelemetry Collector's exporter.
import { describe, expect, test } from "vitest";
import { Undecodable } from "../../src/collector/otlp/undecodable.ts";
import { LIMITS, MAX_LINE_BYTES } from "../../src/collector/rows/limits.ts";
import {
  attribute,
  decodeJson,
  decodeProtobuf,
  logs,
  metrics,
  NOW_NS,
  NOW_S,
  type Row,
  SPAN,
  span,
  times,
  TRACE,
  traces,
} from "./support/decoded.ts";

const NOW = `${NOW_S}.000000000`;
const DAY_S = 86_400;

function spanRow(given: object = {}): Row {
  const [row] = decodeJson("traces", traces(span(given))).rows.spans ?? [];
  if (row === undefined) throw new Error("no row");
  return row;
}

/** As one attribute's text in the row. */
function textOf(value: object): unknown {
  const { SpanAttributes } = spanRow({ attributes: [attribute("a", value)] });
  return (SpanAttributes as Record<string, unknown>)["a"];
}

test("a span with all it can have", () => {
  const resource = {
    attributes: [
      attribute("service.name", { stringValue: "shop" }),
      attribute("host.name", { stringValue: "node-1" }),
    ],
  };
  const full = span({
    traceId: TRACE.toUpperCase(),
    parentSpanId: "00F067AA0BA902B7",
    traceState: "a=b",
    kind: 3,
    endTimeUnixNano: `${NOW_S}005000001`,
    attributes: [attribute("z", { boolValue: true }), attribute("a", { intValue: "-7" })],
    events: [
      {
        timeUnixNano: `${NOW_S}000000007`,
        name: "begun",
        attributes: [attribute("k", { doubleValue: 0.5 })],
      },
      { timeUnixNano: "0", name: "odd" },
    ],
    links: [
      {
        traceId: TRACE,
        spanId: SPAN,
        traceState: "x=y",
        attributes: [attribute("l", { stringValue: "1" })],
      },
      { traceId: "00", spanId: "" },
    ],
    status: { code: 2, message: "broken" },
  });
  const scope = {
    name: "lib",
    version: "1.2",
    attributes: [attribute("ignored", { intValue: 1 })],
  };
  const { rows, tally } = decodeJson("traces", {
    // In any order: what is told of comes before who tells.
    resourceSpans: [{ scopeSpans: [{ spans: [full], scope }], resource }],
  });
  expect(rows).toEqual({
    spans: [
      {
        Timestamp: NOW,
        TraceId: TRACE,
        SpanId: SPAN,
        ParentSpanId: "00f067aa0ba902b7",
        TraceState: "a=b",
        SpanName: "work",
        SpanKind: "Client",
        ServiceName: "shop",
        ResourceAttributes: { "host.name": "node-1", "service.name": "shop" },
        ScopeName: "lib",
        ScopeVersion: "1.2",
        SpanAttributes: { a: "-7", z: "true" },
        Duration: 5_000_001,
        StatusCode: "Error",
        StatusMessage: "broken",
        "Events.Timestamp": [`${NOW_S}.000000007`, "0000000000.000000000"],
        "Events.Name": ["begun", "odd"],
        "Events.Attributes": [{ k: "0.5" }, {}],
        "Links.TraceId": [TRACE, ""],
        "Links.SpanId": [SPAN, ""],
        "Links.TraceState": ["x=y", ""],
        "Links.Attributes": [{ l: "1" }, {}],
      },
    ],
  });
  expect(tally.describe()).toBe("");
});

test.each([
  ["Unspecified", undefined],
  ["Unspecified", 0],
  ["Internal", 1],
  ["Server", 2],
  ["Client", 3],
  ["Producer", 4],
  ["Consumer", 5],
  ["Unspecified", 6],
])("kind %s of %s", (word, kind) => {
  expect(spanRow({ kind })["SpanKind"]).toBe(word);
});

test.each([
  ["Unset", undefined],
  ["Unset", {}],
  ["Ok", { code: 1 }],
  ["Error", { code: 2 }],
  ["Unset", { code: 3 }],
])("status %s of %j", (word, status) => {
  expect(spanRow({ status })["StatusCode"]).toBe(word);
});

test("a span that ends before it begins took no time, one that ends never as well", () => {
  expect(spanRow({ endTimeUnixNano: `${NOW_S - 1}000000000` })["Duration"]).toBe(0);
  expect(spanRow({})["Duration"]).toBe(0);
  expect(spanRow({ endTimeUnixNano: "18446744073709551615" })["Duration"]).toBe(0);
});

describe("a value as text, as pdata's AsString says it", () => {
  const list = (...values: readonly object[]) => ({ arrayValue: { values } });
  const map = (...values: readonly object[]) => ({ kvlistValue: { values } });
  test.each<[unknown, object]>([
    ["", {}],
    ["text", { stringValue: "text" }],
    ['ümläut "\\\n\u0001 🎉', { stringValue: 'ümläut "\\\n\u0001 🎉' }],
    ["true", { boolValue: true }],
    ["false", { boolValue: false }],
    ["0", { intValue: 0 }],
    ["9223372036854775807", { intValue: "9223372036854775807" }],
    ["-9223372036854775808", { intValue: "-9223372036854775808" }],
    ["9007199254740993", { intValue: "9007199254740993" }],
    ["1.5", { doubleValue: 1.5 }],
    ["-0", { doubleValue: -0 }],
    ["1e+21", { doubleValue: 1e21 }],
    ["1e-7", { doubleValue: 1e-7 }],
    ["100000000000000000000", { doubleValue: 1e20 }],
    ["json: unsupported value: NaN", { doubleValue: "NaN" }],
    ["json: unsupported value: +Inf", { doubleValue: "Infinity" }],
    ["json: unsupported value: -Inf", { doubleValue: "-Infinity" }],
    ["aGk/", { bytesValue: "aGk/" }],
    ["[]", list()],
    ["{}", map()],
    [
      '["a",1,true,null,[2.5]]',
      list(
        { stringValue: "a" },
        { intValue: 1 },
        { boolValue: true },
        {},
        list({ doubleValue: 2.5 }),
      ),
    ],
    ['["\\u003ca\\u0026b\\u003e","aGk="]', list({ stringValue: "<a&b>" }, { bytesValue: "aGk=" })],
    [
      '{"a":"2","b":{"c":null}}',
      map(
        attribute("b", map(attribute("c", {}))),
        attribute("a", { stringValue: "1" }),
        attribute("a", { stringValue: "2" }),
      ),
    ],
  ])("%j", (text, value) => {
    // JSON has no -0 of its own.
    const json = JSON.stringify(value).replace(
      '"doubleValue":0}',
      Object.is((value as { doubleValue?: number }).doubleValue, -0)
        ? '"doubleValue":-0.0}'
        : '"doubleValue":0}',
    );
    const body = JSON.stringify(traces(span({ attributes: [{ key: "a", value: "VALUE" }] })));
    const { rows } = decodeJson("traces", Buffer.from(body.replace('"VALUE"', json)));
    expect(rows.spans?.[0]).toMatchObject({ SpanAttributes: { a: text } });
  });

  test("nested deeper than is followed, a value is cut", () => {
    let deep: object = { stringValue: "bottom" };
    for (let depth = 0; depth < 40; depth++) deep = list(deep);
    expect(textOf(deep)).toBe(`${"[".repeat(32)}"…"${"]".repeat(32)}`);
  });
});

test("attributes: sorted by bytes, the last of equal keys, few or many", () => {
  const keysOf = (count: number) =>
    Array.from({ length: count }, (_, at) => `k${(at * 7919) % 1000}`);
  for (const count of [5, 31, 32, 33, 100, 400]) {
    const attributes = keysOf(count).map((key) => attribute(key, { stringValue: key }));
    const twice = [...attributes, attribute("k0", { stringValue: "last" })];
    const given = spanRow({ attributes: twice })["SpanAttributes"] as Record<string, string>;
    expect(Object.keys(given)).toEqual(keysOf(count).toSorted());
    expect(given["k0"]).toBe("last");
  }
});

test.each([
  ["invalid_id", { traceId: "00000000000000000000000000000000" }],
  ["invalid_id", { traceId: "" }],
  ["invalid_id", { traceId: "5b8efff798038103" }],
  ["invalid_id", { spanId: "0000000000000000" }],
  ["invalid_id", { spanId: null }],
  ["invalid_time", { startTimeUnixNano: "0" }],
  ["invalid_time", { startTimeUnixNano: "946684799999999999" }],
  ["invalid_time", { startTimeUnixNano: `${NOW_S + DAY_S + 1}000000000` }],
  ["invalid_time", { startTimeUnixNano: "18446744073709551615" }],
] as const)("rejected as %s: %j; the others of its request are taken", (reason, given) => {
  const { rows, tally } = decodeJson("traces", traces(span(), span(given), span()));
  expect(rows.spans).toHaveLength(2);
  expect(tally.rejected[reason]).toBe(1);
  expect(tally.total).toBe(1);
  expect(tally.describe()).toMatch(/^1 rejected: with/);
});

test.each([
  ["946684800000000000", "0946684800.000000000"],
  [`${NOW_S + DAY_S}000000000`, `${NOW_S + DAY_S}.000000000`],
  [`${NOW_S}999999999`, `${NOW_S}.999999999`],
  [`${NOW_S}000000001`, `${NOW_S}.000000001`],
])("a time of %s ns is %s", (ns, text) => {
  expect(spanRow({ startTimeUnixNano: ns })["Timestamp"]).toBe(text);
  // As a bare number it is exact, too, though no double holds it.
  const bare = JSON.stringify(traces(span({ startTimeUnixNano: "T" }))).replace('"T"', ns);
  expect(decodeJson("traces", Buffer.from(bare)).rows.spans?.[0]?.["Timestamp"]).toBe(text);
});

describe("a log record", () => {
  const logRow = (given: object): Row | undefined => decodeJson("logs", logs(given)).rows.logs?.[0];

  test("with all it can have", () => {
    const record = {
      timeUnixNano: NOW_NS,
      observedTimeUnixNano: `${NOW_S + 1}000000000`,
      severityNumber: 17,
      severityText: "ERROR",
      body: { kvlistValue: { values: [attribute("why", { stringValue: "it broke" })] } },
      attributes: [attribute("code", { intValue: 5 })],
      flags: 257,
      traceId: TRACE,
      spanId: SPAN,
      eventName: "shop.broken",
    };
    const scope = { name: "lib", version: "2", attributes: [attribute("s", { stringValue: "t" })] };
    const { rows } = decodeJson("logs", {
      resourceLogs: [
        {
          resource: { attributes: [attribute("service.name", { stringValue: "shop" })] },
          schemaUrl: "https://one",
          scopeLogs: [{ scope, schemaUrl: "https://two", logRecords: [record] }],
        },
      ],
    });
    expect(rows.logs).toEqual([
      {
        Timestamp: NOW,
        TraceId: TRACE,
        SpanId: SPAN,
        TraceFlags: 1,
        SeverityText: "ERROR",
        SeverityNumber: 17,
        ServiceName: "shop",
        Body: '{"why":"it broke"}',
        ResourceSchemaUrl: "https://one",
        ResourceAttributes: { "service.name": "shop" },
        ScopeSchemaUrl: "https://two",
        ScopeName: "lib",
        ScopeVersion: "2",
        ScopeAttributes: { s: "t" },
        LogAttributes: { code: "5" },
        EventName: "shop.broken",
      },
    ]);
  });

  test("happened when it was seen, or else now, where it does not say when", () => {
    expect(logRow({ observedTimeUnixNano: `${NOW_S - 1}000000000` })?.["Timestamp"]).toBe(
      `${NOW_S - 1}.000000000`,
    );
    expect(logRow({})?.["Timestamp"]).toBe(NOW);
  });

  test("belongs to no trace where its IDs are none", () => {
    expect(logRow({ traceId: "00", spanId: "0000000000000000" })).toMatchObject({
      TraceId: "",
      SpanId: "",
    });
  });

  test("is rejected where its time is absurd", () => {
    expect(decodeJson("logs", logs({ timeUnixNano: "1" }, {})).tally.rejected.invalid_time).toBe(1);
  });
});

describe("a metric's points", () => {
  const resource = { attributes: [attribute("service.name", { stringValue: "shop" })] };
  const scope = {
    name: "lib",
    version: "3",
    attributes: [attribute("s", { stringValue: "t" })],
    droppedAttributesCount: 4,
  };
  const exemplar = {
    timeUnixNano: NOW_NS,
    asInt: "-3",
    spanId: SPAN,
    traceId: TRACE,
    filteredAttributes: [attribute("e", { stringValue: "f" })],
  };
  const point = {
    attributes: [attribute("route", { stringValue: "/" })],
    startTimeUnixNano: `${NOW_S - 60}000000000`,
    timeUnixNano: NOW_NS,
    flags: 1,
  };
  const common = {
    ResourceAttributes: { "service.name": "shop" },
    ResourceSchemaUrl: "https://one",
    ScopeName: "lib",
    ScopeVersion: "3",
    ScopeAttributes: { s: "t" },
    ScopeDroppedAttrCount: 4,
    ScopeSchemaUrl: "https://two",
    ServiceName: "shop",
    MetricName: "m",
    MetricDescription: "what",
    MetricUnit: "ms",
    Attributes: { route: "/" },
    StartTimeUnix: `${NOW_S - 60}.000000000`,
    TimeUnix: NOW,
    Flags: 1,
  };
  const seen = {
    "Exemplars.FilteredAttributes": [{ e: "f" }],
    "Exemplars.TimeUnix": [NOW],
    "Exemplars.Value": [-3],
    "Exemplars.SpanId": [SPAN],
    "Exemplars.TraceId": [TRACE],
  };
  const unseen = Object.fromEntries(Object.keys(seen).map((column) => [column, []]));
  const rowsOf = (data: object) =>
    decodeJson("metrics", {
      resourceMetrics: [
        {
          resource,
          schemaUrl: "https://one",
          scopeMetrics: [
            {
              scope,
              schemaUrl: "https://two",
              metrics: [{ name: "m", description: "what", unit: "ms", ...data }],
            },
          ],
        },
      ],
    }).rows;

  test("a gauge", () => {
    const dataPoints = [
      { ...point, asDouble: 0.1 },
      { ...point, asInt: "12", exemplars: [exemplar] },
      { ...point, asDouble: "NaN" },
      { ...point, asDouble: "-Infinity" },
      point,
    ];
    expect(rowsOf({ gauge: { dataPoints } })).toEqual({
      gauge: [
        { ...common, ...unseen, Value: 0.1 },
        { ...common, ...seen, Value: 12 },
        { ...common, ...unseen, Value: "nan" },
        { ...common, ...unseen, Value: "-inf" },
        { ...common, ...unseen, Value: 0 },
      ],
    });
  });

  test("a sum", () => {
    const dataPoints = [{ ...point, asInt: -12, exemplars: [exemplar] }];
    expect(rowsOf({ sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } })).toEqual({
      sum: [{ ...common, ...seen, Value: -12, AggregationTemporality: 2, IsMonotonic: true }],
    });
  });

  test("a histogram", () => {
    const full = {
      ...point,
      count: "18446744073709551615",
      sum: 2.5,
      bucketCounts: ["1", 2, "3"],
      explicitBounds: [0.5, 1],
      exemplars: [exemplar],
      min: -1,
      max: 9,
    };
    // A count of 64 bits is more than JSON.parse holds.
    expect(rowsOf({ histogram: { dataPoints: [full, point], aggregationTemporality: 1 } })).toEqual(
      {
        histogram: [
          {
            ...common,
            ...seen,
            Count: 2 ** 64,
            Sum: 2.5,
            BucketCounts: [1, 2, 3],
            ExplicitBounds: [0.5, 1],
            Min: -1,
            Max: 9,
            AggregationTemporality: 1,
          },
          {
            ...common,
            ...unseen,
            Count: 0,
            Sum: 0,
            BucketCounts: [],
            ExplicitBounds: [],
            Min: 0,
            Max: 0,
            AggregationTemporality: 1,
          },
        ],
      },
    );
  });

  test("an exponential histogram", () => {
    const full = {
      ...point,
      count: 7,
      sum: 70,
      scale: -2,
      zeroCount: 1,
      positive: { offset: -4, bucketCounts: ["300", 0, 1] },
      negative: { offset: 3, bucketCounts: [] },
      exemplars: [exemplar],
      min: 1,
      max: 50,
    };
    const dataPoints = [full];
    expect(rowsOf({ exponentialHistogram: { dataPoints, aggregationTemporality: 2 } })).toEqual({
      exponential_histogram: [
        {
          ...common,
          ...seen,
          Count: 7,
          Sum: 70,
          Scale: -2,
          ZeroCount: 1,
          PositiveOffset: -4,
          PositiveBucketCounts: [300, 0, 1],
          NegativeOffset: 3,
          NegativeBucketCounts: [],
          Min: 1,
          Max: 50,
          AggregationTemporality: 2,
        },
      ],
    });
  });

  test("a summary", () => {
    const quantileValues = [
      { quantile: 0.5, value: 10 },
      { quantile: 0.99, value: 40.5 },
    ];
    expect(
      rowsOf({ summary: { dataPoints: [{ ...point, count: 2, sum: 50, quantileValues }] } }),
    ).toEqual({
      summary: [
        {
          ...common,
          Count: 2,
          Sum: 50,
          "ValueAtQuantiles.Quantile": [0.5, 0.99],
          "ValueAtQuantiles.Value": [10, 40.5],
        },
      ],
    });
  });

  test("without a kind, or without points, is nothing", () => {
    expect(rowsOf({})).toEqual({});
    expect(rowsOf({ gauge: {} })).toEqual({});
  });

  test("at an absurd time, or with too many buckets, are rejected", () => {
    const bucketCounts = Array<number>(4_097).fill(1);
    const { rows, tally } = decodeJson(
      "metrics",
      metrics({
        histogram: {
          dataPoints: [
            { ...point, bucketCounts },
            { ...point, bucketCounts: bucketCounts.slice(1) },
            { ...point, timeUnixNano: "5" },
          ],
        },
      }),
    );
    expect(rows.histogram).toHaveLength(1);
    expect(tally.rejected).toMatchObject({ too_many_values: 1, invalid_time: 1 });
  });
});

describe("limits", () => {
  const big = "x".repeat(10 * 1024 * 1024);

  test.each<[string, object]>([
    ["a name", { name: big }],
    ["a key", { attributes: [attribute(big, {})] }],
    ["a value", { attributes: [attribute("a", { stringValue: big })] }],
    ["bytes", { attributes: [attribute("a", { bytesValue: big })] }],
    [
      "a list",
      {
        attributes: [
          attribute("a", { arrayValue: { values: times(20_000, { stringValue: "y" }) } }),
        ],
      },
    ],
    ["a status message", { status: { message: big } }],
    ["a trace state", { traceState: big }],
    [
      "attributes",
      {
        attributes: Array.from({ length: 5_000 }, (_, at) =>
          attribute(`k${at}`, { stringValue: "y".repeat(2_000) }),
        ),
      },
    ],
    [
      "events",
      {
        events: times(20_000, {
          name: "e",
          attributes: [attribute("a", { stringValue: "b" })],
        }),
      },
    ],
    [
      "large events",
      {
        events: times(300, {
          name: "e".repeat(5_000),
          attributes: [attribute("a", { stringValue: "\u0001".repeat(5_000) })],
        }),
      },
    ],
    [
      "links",
      {
        links: times(2_000, {
          traceId: TRACE,
          spanId: SPAN,
          traceState: "s".repeat(1_000),
          attributes: [attribute("a", { stringValue: "b".repeat(900) })],
        }),
      },
    ],
  ])("%s of megabytes: the span is kept, cut, and its sender is told", (_, given) => {
    const { rows, tally, bytes } = decodeJson("traces", traces(span(given)));
    expect(rows.spans).toHaveLength(1);
    expect(tally.total).toBe(0);
    expect(tally.cut).toBeGreaterThan(0);
    expect(tally.describe()).toMatch(/values were cut/);
    expect(bytes).toBeLessThan(MAX_LINE_BYTES);
  });

  test("what just fits is left as it is", () => {
    const text = "é".repeat(LIMITS.value / 2);
    expect(textOf({ stringValue: text })).toBe(text);
    expect(textOf({ stringValue: `${text}!` })).toBe(`${text}…`);
    // No character is halved.
    expect(textOf({ stringValue: `!${text}` })).toBe(`!${text.slice(1)}…`);
  });

  test("all of them at once, with every byte escaped, stay within a line", () => {
    const nasty = "\u0001".repeat(40_000);
    const many = Array.from({ length: 300 }, (_, at) =>
      attribute(`${nasty.slice(0, 600)}${at}`, { stringValue: nasty.slice(0, 2_000) }),
    );
    const full = span({
      name: nasty,
      traceState: nasty,
      attributes: many,
      status: { message: nasty },
      events: times(300, { name: nasty.slice(0, 300), attributes: many.slice(0, 5) }),
      links: times(300, {
        traceId: TRACE,
        spanId: SPAN,
        traceState: nasty.slice(0, 300),
        attributes: many.slice(0, 3),
      }),
    });
    const { bytes, rows } = decodeJson("traces", {
      resourceSpans: [
        {
          resource: { attributes: many },
          scopeSpans: [{ scope: { name: nasty, version: nasty, attributes: many }, spans: [full] }],
        },
      ],
    });
    expect(rows.spans).toHaveLength(1);
    expect(bytes).toBeGreaterThan(400_000);
    expect(bytes).toBeLessThan(MAX_LINE_BYTES);
  });

  test("a resource that is told once and written with each row has an end", () => {
    const attributes = Array.from({ length: 60 }, (_, at) =>
      attribute(`k${at}`, { stringValue: "x".repeat(1_000) }),
    );
    const spans = times(2_000, span());
    const { rows, tally } = decodeJson("traces", {
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }],
    });
    expect(tally.rejected.too_large).toBe(2_000 - (rows.spans?.length ?? 0));
    expect(tally.rejected.too_large).toBeGreaterThan(500);
  });
});

describe("what is no OTLP", () => {
  test.each<[string, string]>([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["nothing", ""],
    ["a list that is none", '{"resourceSpans":{}}'],
    ["an item that is no object", '{"resourceSpans":[5]}'],
    ["an ID that is not hexadecimal", JSON.stringify(traces(span({ traceId: "xyz" })))],
    ["half a byte", JSON.stringify(traces(span({ traceId: "abc" })))],
    ["a time that is none", JSON.stringify(traces(span({ startTimeUnixNano: "soon" })))],
    ["a name that is a number", JSON.stringify(traces(span({ name: 5 })))],
    ["a kind by name", JSON.stringify(traces(span({ kind: "SPAN_KIND_SERVER" })))],
    ["deep nesting", "[".repeat(1_000)],
    ["millions of values", `[${"[],".repeat(1_500_000)}0]`],
  ])("%s", (_, json) => {
    expect(() => decodeJson("traces", Buffer.from(json))).toThrow(Undecodable);
  });

  test.each<[string, readonly number[]]>([
    ["a field number of 0", [0x02, 0x00]],
    ["a length past the end", [0x0a, 0x05, 0x00]],
    ["a number without end", [0x08, 0xff, 0xff]],
    ["a number of eleven bytes", [0x08, ...Array<number>(10).fill(0xff), 0x01]],
    ["a group", [0x0b]],
    ["a wire type of 7", [0x0f]],
    ["resources as a number", [0x08, 0x01]],
    ["a length of 2^35", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ])("%s", (_, bytes) => {
    expect(() => decodeProtobuf("traces", Buffer.from(bytes))).toThrow(Undecodable);
  });

  test("members and fields that nobody knows are passed over", () => {
    const body = traces(span({ unheardOf: { a: [1] }, events: null, __proto__: { name: "x" } }));
    expect(decodeJson("traces", { ...body, more: 1 }).rows.spans).toHaveLength(1);
    const unknown = Buffer.from([0x7a, 0x01, 0x00, 0x80, 0x7d, 0x05, 0x79, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(decodeProtobuf("traces", unknown).rows).toEqual({});
  });

  test("text that is no UTF-8 is kept with U+FFFD in its place", () => {
    // resource_spans { scope_spans { spans { name ... } } } by hand, for JSON could not say it.
    const name = Buffer.from([
      0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f, 0x8e, 0x89, 0xed, 0xa0, 0x80, 0xc0, 0xaf,
      0xf8, 0x90, 0x80, 0x80, 0x62,
    ]);
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(NOW_NS));
    const field = (number: number, content: Buffer) =>
      Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
    const made = Buffer.concat([
      field(1, Buffer.from(TRACE, "hex")),
      field(2, Buffer.from(SPAN, "hex")),
      field(5, name),
      Buffer.from([(7 << 3) | 1]),
      start,
    ]);
    const { rows } = decodeProtobuf("traces", field(1, field(2, field(2, made))));
    const text = rows.spans?.[0]?.["SpanName"] as string;
    expect(text.replaceAll("\ufffd", "?")).toMatch(/^a\?+\(\?+🎉\?+b$/);
  });

  test("an empty request is no fault", () => {
    expect(decodeProtobuf("traces", Buffer.alloc(0)).rows).toEqual({});
    expect(decodeJson("logs", {}).rows).toEqual({});
  });
});
