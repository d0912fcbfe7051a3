// Records of TLS 1.3 by the example of RFC 8448, and whatever way their bytes are cut.
import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  string,
  uint8Array,
} from "fast-check";
import { expect, it } from "vitest";
import { type Message, RecordReader } from "../../../src/downstream/records/record-reader.ts";
import { RecordWriter } from "../../../src/downstream/records/record-writer.ts";
import { type Suite, suiteOf, TrafficKey } from "../../../src/downstream/records/traffic-key.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
const AES_128 = suiteOf("TLS_AES_128_GCM_SHA256")!;
const SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const DATA = 23;

/** RFC 8448 section 3, "Simple 1-RTT Handshake": what each side sends once it is over. */
const CLIENT_SECRET = hex("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
const SERVER_SECRET = hex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
const CONTENT = Buffer.from(Array.from({ length: 50 }, (_, nth) => nth));
const CLIENT_RECORD =
  hex(`17 03 03 00 43 a2 3f 70 54 b6 2c 94 d0 af fa fe 82 28 ba 55 cb ef ac ea 42
  f9 14 aa 66 bc ab 3f 2b 98 19 a8 a5 b4 6b 39 5b d5 4a 9a 20 44 1e 2b 62 97 4e 1f 5a 62 92 a2 97 70 14
  bd 1e 3d ea e6 3a ee bb 21 69 49 15 e4`);
const CLIENT_CLOSE = hex("17 03 03 00 13 c9 87 27 60 65 56 66 b7 4d 7f f1 15 3e fd 6d b6 d0 b0 e3");
/** After one ticket, and an answer as long as what was asked. */
const SERVER_CLOSE = hex("17 03 03 00 13 b5 8f d6 71 66 eb f5 99 d2 47 20 cf be 7e fa 7a 88 64 a9");

it("the example's records are read and written", () => {
  const reader = new RecordReader(new TrafficKey(AES_128, CLIENT_SECRET, 0));
  expect(reader.feed(Buffer.concat([CLIENT_RECORD, CLIENT_CLOSE]))).toEqual([
    { kind: "data", content: CONTENT },
    { kind: "closed" },
  ]);
  const client = new RecordWriter(new TrafficKey(AES_128, CLIENT_SECRET, 0));
  expect(client.data(CONTENT)).toEqual([CLIENT_RECORD]);
  expect(client.alert("close_notify")).toEqual(CLIENT_CLOSE);
  const server = new RecordWriter(new TrafficKey(AES_128, SERVER_SECRET, 2));
  expect(server.alert("close_notify")).toEqual(SERVER_CLOSE);
});

function secretOf({ hashBytes }: Suite): Buffer {
  return Buffer.alloc(hashBytes, 7);
}

/** Content that stands together is one: where it is cut is not said. */
function joined(messages: readonly Message[]): string {
  return messages
    .map((one) => (one.kind === "data" ? one.content.toString("latin1") : `<${one.kind}>`))
    .join("");
}

const step = oneof(
  { weight: 8, arbitrary: string({ minLength: 1, maxLength: 40, unit: "binary-ascii" }) },
  { weight: 1, arbitrary: constant("x".repeat(40_000)) },
  { weight: 1, arbitrary: constant(null) },
);

it("what is written is read, by any suite, across new keys, and however it is cut", () => {
  assert(
    property(
      constantFrom(...SUITES),
      array(step, { maxLength: 12 }),
      array(integer({ min: 1, max: 30_000 }), { maxLength: 20 }),
      (name, steps, cuts) => {
        const suite = suiteOf(name)!;
        const writer = new RecordWriter(new TrafficKey(suite, secretOf(suite), 5));
        const reader = new RecordReader(new TrafficKey(suite, secretOf(suite), 5));
        const bytes = Buffer.concat(
          steps.flatMap((one) =>
            one === null ? [writer.keyUpdate()] : writer.data(Buffer.from(one, "latin1")),
          ),
        );
        const messages: Message[] = [];
        let at = 0;
        for (const cut of cuts) {
          messages.push(...reader.feed(bytes.subarray(at, at + cut)));
          at += cut;
        }
        messages.push(...reader.feed(bytes.subarray(at)));
        expect(joined(messages)).toBe(
          steps.map((one) => (one === null ? "<updated>" : one)).join(""),
        );
      },
    ),
  );
});

it("bytes that were not sealed are never content, whatever they are", () => {
  const header = constantFrom([], [23, 3, 3], [23, 3, 3, 0, 40], [21, 3, 3, 0, 2], [22, 3, 1]);
  assert(
    property(header, uint8Array({ maxLength: 400 }), (begin, rest) => {
      const reader = new RecordReader(new TrafficKey(AES_128, CLIENT_SECRET, 0));
      const bytes = Buffer.concat([Buffer.from(begin), rest]);
      const messages = [...reader.feed(bytes), ...reader.feed(CLIENT_RECORD)];
      expect(messages.every(({ kind }) => kind === "broken")).toBe(bytes.length > 0);
      expect(messages.length).toBeLessThan(2);
    }),
  );
});

it("after what breaks a connection nothing is read", () => {
  const reader = new RecordReader(new TrafficKey(AES_128, CLIENT_SECRET, 0));
  const key = new TrafficKey(AES_128, CLIENT_SECRET, 0);
  const bytes = [
    key.seal(DATA, Buffer.from("a")),
    Buffer.alloc(9),
    key.seal(DATA, Buffer.from("b")),
  ];
  const kinds = reader.feed(Buffer.concat(bytes)).map(({ kind }) => kind);
  expect(kinds).toEqual(["data", "broken"]);
  expect(reader.feed(key.seal(DATA, Buffer.from("c")))).toEqual([]);
});

it("a key serves 2^23 records; AES-GCM stands 2^24.5", () => {
  const MOST = 2 ** 23;
  const secret = secretOf(AES_128);
  const writer = new RecordWriter(new TrafficKey(AES_128, secret, MOST - 1));
  const reader = new RecordReader(new TrafficKey(AES_128, secret, MOST - 1));
  const records = writer.data(Buffer.alloc(40_000, 65));
  expect(records).toHaveLength(4);
  const messages = reader.feed(Buffer.concat(records));
  expect(messages.map(({ kind }) => kind)).toEqual(["data", "updated", "data", "data"]);
});

it("names of other suites stand for none", () => {
  for (const name of ["TLS_AES_128_CCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", ""]) {
    expect(suiteOf(name)).toBeUndefined();
  }
});
