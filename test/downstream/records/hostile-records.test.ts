// What a client may send once its connection rests, and what it may not: answered by the alert of RFC 8446, and cut off.
import { expect, it } from "vitest";
import { requestText } from "../../support/raw-client.ts";
import { connectRecords, type RecordClient, TYPES } from "./record-client.ts";
import { serveResting } from "./support.ts";

const GET = requestText("GET /a");
const MOST = 16_384;
/** Descriptions of alerts (RFC 8446 section 6). */
const ALERTS = {
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  illegal_parameter: 47,
  decode_error: 50,
};

function changed(record: Buffer, at: number, to: number): Buffer {
  const copy = Buffer.from(record);
  copy[at < 0 ? record.length + at : at] = to;
  return copy;
}

/** `content` is what is sealed with a type of 0 behind it, which reads as padding. */
const padded = (client: RecordClient, content: readonly number[]): Buffer =>
  client.key.seal(0, Buffer.from(content));

const REFUSED: readonly (readonly [
  string,
  keyof typeof ALERTS,
  (client: RecordClient) => Buffer[],
])[] = [
  [
    "a tag that is not its own",
    "bad_record_mac",
    (by) => {
      const record = by.data(GET);
      return [changed(record, -1, record.at(-1)! ^ 1)];
    },
  ],
  [
    "content that was changed",
    "bad_record_mac",
    (by) => {
      const record = by.data(GET);
      return [changed(record, 7, record[7]! ^ 0x80)];
    },
  ],
  ["a header that was changed", "bad_record_mac", (by) => [changed(by.data(GET), 2, 4)]],
  [
    "a record again",
    "bad_record_mac",
    (by) => {
      const record = by.data("GET / HT");
      return [record, record];
    },
  ],
  [
    "a record left out",
    "bad_record_mac",
    (by) => {
      by.data("GET / HT");
      return [by.data(GET)];
    },
  ],
  [
    "a record under the key before",
    "bad_record_mac",
    (by) => {
      const early = by.key.seal(TYPES.handshake, Buffer.from([24, 0, 0, 1, 0]));
      return [early, by.data(GET)];
    },
  ],
  ["less than a tag", "bad_record_mac", () => [Buffer.from([23, 3, 3, 0, 3, 1, 2, 3])]],
  ["nothing at all", "bad_record_mac", () => [Buffer.from([23, 3, 3, 0, 0])]],
  [
    "a length beyond what a record has",
    "record_overflow",
    () => [Buffer.from([23, 3, 3, 0x41, 1])],
  ],
  ["a length of 65,535", "record_overflow", () => [Buffer.from([23, 3, 3, 255, 255])]],
  [
    "content of 16,385 bytes",
    "record_overflow",
    (by) => [by.key.seal(TYPES.data, Buffer.alloc(MOST + 1, 65))],
  ],
  [
    "padding beyond what a record has",
    "record_overflow",
    (by) => [by.key.seal(0, Buffer.alloc(MOST + 2))],
  ],
  ["zeros only", "unexpected_message", (by) => [padded(by, [0, 0, 0])]],
  ["an unknown type", "unexpected_message", (by) => [by.key.seal(99, Buffer.from(GET))]],
  ["a change of cipher within", "unexpected_message", (by) => [by.key.seal(20, Buffer.from([1]))]],
  [
    "a hello in the clear",
    "unexpected_message",
    () => [Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196])],
  ],
  [
    "a change of cipher in the clear",
    "unexpected_message",
    () => [Buffer.from([20, 3, 3, 0, 1, 1])],
  ],
  ["an alert in the clear", "unexpected_message", () => [Buffer.from([21, 3, 3, 0, 2, 2, 40])]],
  ["HTTP in the clear", "unexpected_message", () => [Buffer.from(GET)]],
  [
    "a hello under the key",
    "unexpected_message",
    (by) => [by.key.seal(TYPES.handshake, Buffer.from([1, 0, 0, 1, 0]))],
  ],
  [
    "a certificate nobody asked for",
    "unexpected_message",
    (by) => [by.key.seal(TYPES.handshake, Buffer.from([11, 0, 0, 4, 0, 0, 0, 0]))],
  ],
  [
    "a key update in two pieces",
    "unexpected_message",
    (by) => [by.key.seal(TYPES.handshake, Buffer.from([24, 0]))],
  ],
  [
    "more than a key update",
    "unexpected_message",
    (by) => [by.key.seal(TYPES.handshake, Buffer.from([24, 0, 0, 1, 0, 24]))],
  ],
  [
    "an empty message of a handshake",
    "unexpected_message",
    (by) => [by.key.seal(TYPES.handshake, Buffer.alloc(0))],
  ],
  [
    "a key update that asks for 2",
    "illegal_parameter",
    (by) => [by.key.seal(TYPES.handshake, Buffer.from([24, 0, 0, 1, 2]))],
  ],
  ["an alert of one byte", "decode_error", (by) => [by.key.seal(TYPES.alert, Buffer.from([1]))]],
  [
    "an alert of three bytes",
    "decode_error",
    (by) => [by.key.seal(TYPES.alert, Buffer.from([1, 0, 0]))],
  ],
  [
    "empty records without end",
    "unexpected_message",
    (by) => Array.from({ length: 33 }, () => by.data("")),
  ],
  [
    "key updates without end",
    "unexpected_message",
    (by) => Array.from({ length: 33 }, () => by.keyUpdate(0)),
  ],
  [
    "warnings without end",
    "unexpected_message",
    (by) => Array.from({ length: 33 }, () => by.key.seal(TYPES.alert, Buffer.from([1, 90]))),
  ],
];

async function connectMany(
  port: number,
  count: number,
  stack: DisposableStack,
): Promise<RecordClient[]> {
  const open: RecordClient[] = [];
  while (open.length < count) open.push(stack.use(await connectRecords(port)));
  return open;
}

it("refused, each by its alert, and nothing of it is a request", async () => {
  await using serving = await serveResting();
  using clients = new DisposableStack();
  const open = await connectMany(serving.port, REFUSED.length, clients);
  expect(await serving.rests(open.length)).not.toContain(null);
  const found: string[] = [];
  for (const [nth, [name, , make]] of REFUSED.entries()) {
    const client = open[nth]!;
    client.send(...make(client));
    await client.closed;
    const [alert] = client.of(TYPES.alert);
    found.push(`${name}: ${alert?.join(" ")}`);
    expect(client.opened.filter(({ type }) => type === TYPES.data)).toEqual([]);
  }
  expect(found).toEqual(REFUSED.map(([name, alert]) => `${name}: 2 ${ALERTS[alert]}`));
  expect(serving.served).toEqual([]);
  expect(serving.failures).toEqual([]);
}, 30_000);

const TAKEN: readonly (readonly [string, (client: RecordClient) => Buffer[]])[] = [
  ["a request in records of a byte", (by) => Array.from(GET).map((byte) => by.data(byte))],
  [
    "padding",
    (by) => [
      by.key.seal(
        0,
        Buffer.concat([Buffer.from(GET), Buffer.from([TYPES.data]), Buffer.alloc(300)]),
      ),
    ],
  ],
  [
    "padding up to the most",
    (by) => {
      const zeros = Buffer.alloc(MOST - GET.length - 1);
      return [by.key.seal(0, Buffer.concat([Buffer.from(GET), Buffer.from([TYPES.data]), zeros]))];
    },
  ],
  ["empty records", (by) => [by.data(""), by.data(GET), by.data("")]],
  [
    "empty records again and again",
    (by) =>
      Array.from(GET).flatMap((byte) => [
        ...Array.from({ length: 30 }, () => by.data("")),
        by.data(byte),
      ]),
  ],
  ["a new key", (by) => [by.keyUpdate(0), by.data(GET)]],
  [
    "new keys in the middle",
    (by) => [
      by.data("GET /a HTTP/1.1\r\n"),
      by.keyUpdate(0),
      by.keyUpdate(0),
      by.data("Host: a\r\n\r\n"),
    ],
  ],
  ["new keys both ways", (by) => [by.keyUpdate(1), by.data(GET)]],
  [
    "new keys both ways, asked for again and again",
    (by) => [...Array.from({ length: 20 }, () => by.keyUpdate(1)), by.data(GET)],
  ],
  ["a cancel of nothing", (by) => [by.key.seal(TYPES.alert, Buffer.from([1, 90])), by.data(GET)]],
];

it("taken, whether the bytes come together or each by itself", async () => {
  await using serving = await serveResting();
  using clients = new DisposableStack();
  const open = await connectMany(serving.port, TAKEN.length, clients);
  await serving.rests(open.length);
  for (const [nth, [name, make]] of TAKEN.entries()) {
    const client = open[nth]!;
    client.send(...make(client));
    await client.until(() => client.text.endsWith("/a"));
    const bytes = Buffer.concat([...make(client)]);
    for (let at = 0; at < Math.min(bytes.length, 600); at++) {
      client.raw.write(bytes.subarray(at, at + 1));
      if (at % 10 === 0) await new Promise(setImmediate);
    }
    client.send(bytes.subarray(Math.min(bytes.length, 600)));
    await client.until(() => client.text.split("\r\n\r\n/a").length === 3);
    expect(client.raw.destroyed, name).toBe(false);
    expect(client.of(TYPES.alert), name).toEqual([]);
  }
  expect(serving.served).toHaveLength(TAKEN.length * 2);
}, 30_000);

it("new keys are given once for all that asked, before the next content", async () => {
  await using serving = await serveResting();
  using client = await connectRecords(serving.port);
  await serving.rests(1);
  const before = client.of(TYPES.handshake).length;
  client.send(client.keyUpdate(1), client.keyUpdate(1), client.data(GET));
  await client.until(() => client.text.endsWith("/a"));
  const updates = client.of(TYPES.handshake).slice(before);
  expect(updates).toEqual([Buffer.from([24, 0, 0, 1, 0])]);
  expect(client.opened.at(-1)!.type).toBe(TYPES.data);
});

it("an alert of the client's ends its connection, whatever level it has; close_notify is answered", async () => {
  await using serving = await serveResting();
  const alerts = [
    [2, 40],
    [1, 40],
    [2, 0],
    [1, 0],
  ];
  using clients = new DisposableStack();
  const open = await connectMany(serving.port, alerts.length, clients);
  await serving.rests(open.length);
  const answers: string[] = [];
  for (const [nth, alert] of alerts.entries()) {
    const client = open[nth]!;
    client.send(client.key.seal(TYPES.alert, Buffer.from(alert)), client.data(GET));
    await client.closed;
    answers.push(
      client
        .of(TYPES.alert)
        .map((one) => one.join(" "))
        .join(),
    );
  }
  expect(answers).toEqual(["", "", "1 0", "1 0"]);
  expect(serving.served).toEqual([]);
});

it("an end without close_notify is an end, and a reset breaks nothing", async () => {
  await using serving = await serveResting();
  using ending = await connectRecords(serving.port);
  using resetting = await connectRecords(serving.port);
  await serving.rests(2);
  ending.raw.end();
  await ending.closed;
  expect(ending.of(TYPES.alert)).toEqual([Buffer.from([1, 0])]);
  resetting.send(resetting.data("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345"));
  const served = await serving.exchange(0);
  await served.until(({ body }) => body === "12345");
  resetting.raw.resetAndDestroy();
  await served.until(({ told }) => told.length > 0);
  expect(served.told.map(({ code }) => code)).toEqual(["client_closed"]);
  expect(serving.failures).toEqual([]);
});

const KEEPING: readonly (readonly [
  string,
  (client: RecordClient) => Buffer[],
  (client: RecordClient) => Buffer,
])[] = [
  ["a record that is not whole", (by) => [by.data(GET).subarray(0, 22)], () => Buffer.alloc(0)],
  [
    "padding",
    (by) => [
      by.key.seal(
        0,
        Buffer.concat([Buffer.from(GET), Buffer.from([TYPES.data]), Buffer.alloc(22)]),
      ),
    ],
    (by) => by.data(GET),
  ],
  ["a new key", (by) => [by.keyUpdate(0)], (by) => by.data(GET)],
  ["new keys both ways", (by) => [by.keyUpdate(1)], (by) => by.data(GET)],
  [
    "22 new keys both ways",
    (by) => Array.from({ length: 22 }, () => by.keyUpdate(1)),
    (by) => by.data(GET),
  ],
  [
    "16 new keys both ways",
    (by) => Array.from({ length: 16 }, () => by.keyUpdate(1)),
    (by) => by.data(GET),
  ],
  ["empty records", (by) => [by.data(""), by.data("")], (by) => by.data(GET)],
];

it("where what went by can't be told, OpenSSL goes on", async () => {
  await using serving = await serveResting();
  using clients = new DisposableStack();
  const open: RecordClient[] = [];
  for (const [, first] of KEEPING) {
    const client = clients.use(await connectRecords(serving.port));
    const bytes = Buffer.concat(first(client));
    client.raw.write(bytes);
    open.push(client);
  }
  const rests = await serving.rests(open.length);
  expect(rests.map((rest) => rest === null)).toEqual(KEEPING.map(() => true));
  for (const [nth, [name, , then]] of KEEPING.entries()) {
    if (name === "a record that is not whole") continue;
    const client = open[nth]!;
    const seen = client.text.length;
    client.send(then(client));
    await client.until(() => client.text.slice(seen).endsWith("/a"));
    expect(client.raw.destroyed, name).toBe(false);
  }
});
