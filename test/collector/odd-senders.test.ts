// What unusual SDKs and attackers send that is nearly OTLP: taken as it is meant, or refused, and never something else.
import { describe, expect, test } from "vitest";
import { Undecodable } from "../../src/collector/otlp/undecodable.ts";
import {
  attribute,
  decodeJson,
  decodeProtobuf,
  metrics,
  NOW_NS,
  type Row,
  span,
  traces,
} from "./support/decoded.ts";

/** As attribute `a` of a span; VALUE in it stands for the JSON given. */
function textOf(kind: string, json: string): unknown {
  const body = JSON.stringify(traces(span({ attributes: [attribute("a", { [kind]: "VALUE" })] })));
  const { rows } = decodeJson("traces", Buffer.from(body.replace('"VALUE"', json)));
  const [row] = rows.spans ?? [];
  return (row?.["SpanAttributes"] as Record<string, unknown> | undefined)?.["a"];
}

/** Of an exponential histogram; the field is the JSON given. */
function pointOf(name: string, json: string): Row | undefined {
  const point = { timeUnixNano: NOW_NS, [name]: "VALUE" };
  const metric = { name: "m", exponentialHistogram: { dataPoints: [point] } };
  const body = JSON.stringify(metrics(metric)).replace('"VALUE"', json);
  return decodeJson("metrics", Buffer.from(body)).rows.exponential_histogram?.[0];
}

describe("numbers of 64 bits come as text or bare", () => {
  test.each<[kind: string, json: string, text: string]>([
    ["intValue", '"9223372036854775807"', "9223372036854775807"],
    ["intValue", "9223372036854775807", "9223372036854775807"],
    ["intValue", "-9223372036854775808", "-9223372036854775808"],
    ["intValue", "9007199254740993", "9007199254740993"],
    ["intValue", "1e3", "1000"],
    ["intValue", "5.0", "5"],
    // As JavaScript's SDK has whatever is without a fraction.
    ["intValue", "9223372036854775808", "9223372036854776000"],
    ["intValue", "-10000000000000000000", "-10000000000000000000"],
    ["intValue", "100000000000000000000", "100000000000000000000"],
    ["intValue", "1e30", "1e+30"],
    ["doubleValue", '"2.5"', "2.5"],
    ["doubleValue", "7", "7"],
    ["doubleValue", "1e999", "json: unsupported value: +Inf"],
    ["bytesValue", '"_-8"', "/+8="],
  ])("%s of %s", (kind, json, text) => {
    expect(textOf(kind, json)).toBe(text);
  });

  test.each<[kind: string, json: string]>([
    ["intValue", "1e999"],
    ["intValue", "1.5"],
    ["intValue", '""'],
    ["intValue", "true"],
    ["boolValue", '"true"'],
    ["boolValue", "1"],
    ["doubleValue", '"one"'],
    ["stringValue", "5"],
    ["bytesValue", "[1, 2]"],
    ["kvlistValue", "[]"],
    ["arrayValue", '"a"'],
  ])("%s is not %s", (kind, json) => {
    expect(() => textOf(kind, json)).toThrow(Undecodable);
  });

  test.each<[field: string, json: string, column: string, value: unknown]>([
    ["count", '"9007199254740991"', "Count", 9_007_199_254_740_991],
    ["flags", "4294967295", "Flags", 4_294_967_295],
    ["scale", "-2147483648", "Scale", -2_147_483_648],
    ["scale", "2147483647", "Scale", 2_147_483_647],
  ])("%s of %s fits", (...[field, json, column, value]) => {
    expect(pointOf(field, json)?.[column]).toBe(value);
  });

  test.each<[field: string, json: string]>([
    ["count", "-1"],
    ["count", '"18446744073709551616"'],
    ["timeUnixNano", '"-5"'],
    ["flags", "4294967296"],
    ["scale", "2147483648"],
    ["scale", "-2147483649"],
    ["positive", '{"offset":"99999999999"}'],
    ["positive", '{"bucketCounts":[1,-1]}'],
  ])("%s of %s fits nowhere", (field, json) => {
    expect(() => pointOf(field, json)).toThrow(/out of range/);
  });
});

/** A field of wire type 2. */
function field(number: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** One point of the kind of metric whose field has this number. */
function pointBytes(kind: number, ...fields: readonly Buffer[]): Buffer {
  const time = Buffer.alloc(9, (3 << 3) | 1);
  time.writeBigUInt64LE(BigInt(NOW_NS), 1);
  return field(1, field(2, field(2, field(kind, field(1, time, ...fields)))));
}

const HISTOGRAM = 9;
const EXPONENTIAL = 10;
const LONG = 300;

describe("a list of numbers", () => {
  test.each<[what: string, body: Buffer]>([
    ["of three bytes where eight make one", pointBytes(HISTOGRAM, field(6, Buffer.alloc(3)))],
    [
      "that would go on in the next field",
      pointBytes(HISTOGRAM, field(6, Buffer.alloc(12)), field(7, Buffer.alloc(8))),
    ],
    ["of bounds that ends early", pointBytes(HISTOGRAM, field(7, Buffer.alloc(15)))],
    [
      "whose last number goes on in the next field",
      pointBytes(EXPONENTIAL, field(8, field(2, Buffer.from([1, 0xff]))), field(9, field(2))),
    ],
    [
      "whose last number goes on past the end",
      pointBytes(EXPONENTIAL, field(8, field(2, Buffer.from([1, 0xff])))),
    ],
  ])("%s is refused", (_, body) => {
    expect(() => decodeProtobuf("metrics", body)).toThrow(Undecodable);
  });

  test("may come packed, one by one, or both", () => {
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(7n);
    const alone = Buffer.concat([Buffer.from([(6 << 3) | 1]), one]);
    const body = pointBytes(HISTOGRAM, alone, field(6, one, one), alone, field(6));
    const { rows } = decodeProtobuf("metrics", body);
    expect(rows.histogram?.[0]?.["BucketCounts"]).toEqual([7, 7, 7, 7]);
    const counts = Buffer.from([(LONG % 128) | 0x80, LONG >> 7]);
    const sparse = field(8, field(2, counts), Buffer.from([2 << 3, 5]));
    const { rows: others } = decodeProtobuf("metrics", pointBytes(EXPONENTIAL, sparse));
    expect(others.exponential_histogram?.[0]?.["PositiveBucketCounts"]).toEqual([LONG, 5]);
  });
});

describe("what may be left out", () => {
  const kept = span();
  test.each<[what: string, resource: object]>([
    ["no resource", { scopeSpans: [{ spans: [kept] }] }],
    ["null for one", { resource: null, scopeSpans: [{ scope: null, spans: [kept] }] }],
    ["an empty one", { resource: {}, scopeSpans: [{ scope: {}, spans: [kept] }] }],
    [
      "attributes that are null",
      { resource: { attributes: null }, scopeSpans: [{ spans: [kept] }] },
    ],
    ["names in snake case beside it", { scope_spans: [{}], scopeSpans: [{ spans: [kept] }] }],
  ])("%s", (_, resource) => {
    const { rows, tally } = decodeJson("traces", { resourceSpans: [{}, resource, {}] });
    expect(rows.spans).toMatchObject([{ ServiceName: "", ResourceAttributes: {}, ScopeName: "" }]);
    expect(tally.describe()).toBe("");
  });

  test("service.name that is no text is its text; of two the last one counts", () => {
    const attributes = [
      attribute("service.name", { stringValue: "first" }),
      attribute("service.name", { intValue: 5 }),
    ];
    const { rows } = decodeJson("traces", {
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [kept] }] }],
    });
    expect(rows.spans).toMatchObject([
      { ServiceName: "5", ResourceAttributes: { "service.name": "5" } },
    ]);
  });

  test("a mark of the byte order before JSON", () => {
    const json = Buffer.from(`\ufeff${JSON.stringify(traces(kept))}`);
    expect(decodeJson("traces", json).rows.spans).toHaveLength(1);
  });
});
