// Chosen fields are in no row as they were: encrypted ones open by key at their place, hashed ones only compare.
import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANONYMOUS } from "../../src/core/identity.ts";
import { concealOnce, createConceal } from "../../src/telemetry/conceal.ts";
import { createFieldEncryption, decryptField } from "../../src/telemetry/field-cipher.ts";
import { fieldKeyId, fieldKeyOf } from "../../src/telemetry/field-key.ts";
import type { ProtectOptions } from "../../src/telemetry/options.ts";
import { RequestRecord } from "../../src/telemetry/record.ts";
import { framesOf, rowsOf } from "./support/groups.ts";

const KEY = randomBytes(32);
const OTHER = randomBytes(32);
const PLACE = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  field: "path",
};

describe("one value", () => {
  it("opens again, whatever it is, and fits where it must", () => {
    const encrypt = createFieldEncryption(KEY);
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 1 }),
        fc.integer({ min: 0, max: 400 }),
        (text, limit) => {
          const kept = encrypt(text, PLACE, limit);
          if (kept === "-") {
            expect(limit).toBeLessThan(100);
            return;
          }
          expect(kept.length).toBeLessThanOrEqual(limit);
          const opened = decryptField(KEY, kept, PLACE);
          if (!opened.ok) throw new Error(opened.reason);
          const whole = Buffer.from(text).toString();
          if (opened.value !== whole) {
            expect(opened.value.endsWith("…")).toBe(true);
            expect(whole.startsWith(opened.value.slice(0, -1))).toBe(true);
          }
        },
      ),
    );
  });

  it("is never encrypted twice into the same, by one encryption or by several of one key", () => {
    const encryptions = [KEY, KEY].map(createFieldEncryption);
    const kept = encryptions.flatMap((encrypt) =>
      [1, 2, 3].map(() => encrypt("alice", PLACE, 256)),
    );
    expect(new Set(kept).size).toBe(6);
    for (const text of kept)
      expect(decryptField(KEY, text, PLACE)).toEqual({ ok: true, value: "alice" });
  });

  const kept = createFieldEncryption(KEY)("alice", PLACE, 256);
  const flipped = kept.slice(0, -8) + (kept.at(-8) === "A" ? "B" : "A") + kept.slice(-7);
  it.each([
    ["in another column", kept, { ...PLACE, field: "query" }, KEY, "not_authentic"],
    ["in another row", kept, { ...PLACE, spanId: "00f067aa0ba902b8" }, KEY, "not_authentic"],
    [
      "in another trace",
      kept,
      { ...PLACE, traceId: PLACE.traceId.replace("4", "5") },
      KEY,
      "not_authentic",
    ],
    ["by another key", kept, PLACE, OTHER, "other_key"],
    [
      "by another key that claims to be it",
      kept.replace(fieldKeyId(KEY), fieldKeyId(OTHER)),
      PLACE,
      OTHER,
      "not_authentic",
    ],
    ["changed", flipped, PLACE, KEY, "not_authentic"],
    ["cut", kept.slice(0, -4), PLACE, KEY, "not_authentic"],
    ["cut short", kept.slice(0, 30), PLACE, KEY, "malformed"],
    ["with a cut mark", `${kept.slice(0, -4)}…`, PLACE, KEY, "malformed"],
    ["that is none", "alice", PLACE, KEY, "malformed"],
    ["of another version", kept.replace("v1", "v2"), PLACE, KEY, "malformed"],
  ])("does not open %s", (...[, text, place, key, reason]) => {
    expect(decryptField(key, text, place)).toEqual({ ok: false, reason });
  });
});

it.each([
  [KEY.toString("base64"), true],
  [KEY.toString("base64url"), true],
  [KEY.toString("hex"), true],
  [KEY.toString("hex").toUpperCase(), true],
  [KEY.toString("base64").slice(4), false],
  [KEY.toString("hex").slice(2), false],
  [`${KEY.toString("base64")} `, false],
  ["", false],
])("a key is 32 bytes: %#", (text, isKey) => {
  expect(fieldKeyOf(text)?.equals(KEY) ?? false).toBe(isKey);
});

const NAMES = ["principal", "issuer", "client_address", "path", "query", "user_agent"];
const SECRET = "S3cr3t";

function filled(): RequestRecord {
  const record = new RequestRecord();
  const texts = {
    path: `/${SECRET}/a`,
    query: `a=${SECRET}`,
    userAgent: SECRET,
    clientAddress: SECRET,
  };
  const identity = { ...ANONYMOUS, kind: "token" as const, subject: SECRET, issuer: SECRET };
  const attributes = ["weir.upstream_path", `/${SECRET}`, "authzen.resource_id", SECRET];
  return Object.assign(record, texts, {
    traceId: PLACE.traceId,
    spanId: PLACE.spanId,
    headers: ["accept", "*/*", "x-secret", SECRET, "referer", `/${SECRET}`],
    identity: Object.freeze(identity),
    attributes,
  });
}

function conceal(
  record: RequestRecord,
  protect: Partial<ProtectOptions>,
  path: string[] = [],
): void {
  const redact = { query: [], headers: [], attributes: [], path };
  const spool = { max_bytes: 0, segment_bytes: 0, signal_max_bytes: 0 };
  const key = KEY.toString("base64");
  const options = { key, encrypt: [], hash: [], ...protect };
  record.conceal = createConceal({
    audit: "optional",
    spool,
    headers: [],
    redact,
    protect: options,
  });
  concealOnce(record);
}

function rowOf(record: RequestRecord): Record<string, unknown> {
  return rowsOf(framesOf([record]))[0] ?? {};
}

const EVERY = [...NAMES, "headers.x-secret", "headers.referer"];

describe("a row", () => {
  it("has none of what is encrypted, and all of it opens at its place", () => {
    const record = filled();
    const { identity } = record;
    conceal(record, { encrypt: EVERY });
    const row = rowOf(record);
    expect(JSON.stringify(row)).not.toContain(SECRET);
    const maps = Object.fromEntries(
      ["headers", "attributes"].flatMap((of) =>
        Object.entries(row[of] as object).map(([name, value]) => [
          `${of}.${name}`,
          value as string,
        ]),
      ),
    );
    const opened = Object.entries({ ...row, ...maps })
      .filter(([, value]) => typeof value === "string" && value.startsWith("enc:"))
      .map(([field, value]) => {
        const result = decryptField(KEY, value as string, { ...PLACE, field });
        return [field, result.ok ? result.value : result.reason];
      });
    expect(Object.fromEntries(opened)).toEqual({
      principal: SECRET,
      issuer: SECRET,
      client_address: SECRET,
      path: `/${SECRET}/a`,
      query: `a=${SECRET}`,
      user_agent: SECRET,
      "headers.x-secret": SECRET,
      "headers.referer": `/${SECRET}`,
      "attributes.weir.upstream_path": `/${SECRET}`,
      "attributes.authzen.resource_id": SECRET,
    });
    expect(row["headers"]).toMatchObject({ accept: "*/*" });
    // Other requests of the same credential still have it.
    expect(identity.subject).toBe(SECRET);
  });

  it("keeps hashes that group by field and key, and tell nothing", () => {
    const [one, other, foreign] = [filled(), filled(), filled()];
    for (const record of [one, other]) conceal(record, { hash: EVERY });
    conceal(foreign, { hash: EVERY, key: OTHER.toString("hex") });
    expect(JSON.stringify(rowOf(one))).not.toContain(SECRET);
    expect(rowOf(one)["principal"]).toMatch(/^hash:v1:[0-9a-f]{8}:[\w-]{22}$/);
    expect(rowOf(one)["principal"]).toBe(rowOf(other)["principal"]);
    expect(rowOf(one)["principal"]).not.toBe(rowOf(foreign)["principal"]);
    expect(rowOf(one)["principal"]).not.toBe(rowOf(one)["issuer"]);
  });

  it("has no issuer of a credential that failed", () => {
    const record = Object.assign(new RequestRecord(), { authIssuer: SECRET });
    conceal(record, { hash: ["issuer"] });
    expect(rowOf(record)["issuer"]).toMatch(/^hash:v1:/);
  });

  it("has what was not there as not there", () => {
    const record = new RequestRecord();
    conceal(record, { encrypt: EVERY });
    expect(rowOf(record)).toMatchObject({ principal: "", path: "", query: "", headers: {} });
  });

  it("is concealed once", () => {
    const record = filled();
    conceal(record, { encrypt: ["path"] });
    const { path } = record;
    concealOnce(record);
    expect(record.path).toBe(path);
  });

  it("hides parts of paths before it encrypts them", () => {
    const record = filled();
    conceal(record, { encrypt: ["path"] }, ["/:secret"]);
    expect(decryptField(KEY, record.path, PLACE)).toEqual({ ok: true, value: "/-/a" });
  });

  it("never has an encrypted value cut by the encoder, however long all are", () => {
    const record = filled();
    const long = (text: string): string => text.repeat(3000);
    record.identity = { ...ANONYMOUS, subject: long("ä"), issuer: long("\u0001") };
    Object.assign(record, { path: long("/€"), query: long('"'), userAgent: long("😀") });
    record.clientAddress = "2001:0db8:0000:0000:0000:ff00:0042:8329";
    record.headers = ["accept", long("\u0001"), "x-secret", long("ä"), "referer", long("b")];
    record.attributes = ["authzen.action", long("\u0001"), "authzen.resource_id", long("c")];
    conceal(record, { encrypt: EVERY });
    const row = rowOf(record);
    const { headers, attributes } = row as Record<string, Record<string, string>>;
    const texts: [string, unknown][] = [
      ...NAMES.map((name): [string, unknown] => [name, row[name]]),
      ["headers.x-secret", headers!["x-secret"]],
      ["headers.referer", headers!["referer"]],
      ["attributes.authzen.resource_id", attributes!["authzen.resource_id"]],
    ];
    for (const [field, text] of texts) {
      expect(decryptField(KEY, String(text), { ...PLACE, field }), field).toMatchObject({
        ok: true,
      });
    }
  });
});
