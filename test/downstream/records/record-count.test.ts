// Records told by their bytes: where there is any doubt, nothing is told.
import { expect, it } from "vitest";
import {
  type Beginning,
  countRecords,
  type Traffic,
} from "../../../src/downstream/records/record-count.ts";

const HELLO = 1_500;
const SHA_256 = { hashBytes: 32 };
const FINISHED = 58;
const TICKETS = 2 * (111 + 16 * 10);
const BEGIN: Beginning = {
  helloBytes: HELLO,
  handshakeOut: 3_000,
  tickets: 2,
  sealedIn: HELLO + 6 + FINISHED,
  sealedOut: 3_000 + TICKETS,
  in: 0,
  out: 0,
  reads: 0,
};
const RECORD = 22;

function after(begin: Beginning, reads: readonly number[], writes: readonly number[]): Traffic {
  const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
  return {
    sealedIn: begin.sealedIn + sum(reads) + RECORD * reads.length,
    sealedOut: begin.sealedOut + sum(writes) + RECORD * writes.length,
    in: begin.in + sum(reads),
    out: begin.out + sum(writes),
    reads: begin.reads + reads.length,
  };
}

const begin = (changes: Partial<Beginning>): Beginning => ({ ...BEGIN, ...changes });

it.each([
  ["nothing", BEGIN, [], [], { read: 0, written: 2 }],
  ["some", BEGIN, [100, 200], [16_384, 1, 7], { read: 2, written: 5 }],
  ["no change of cipher", begin({ sealedIn: HELLO + FINISHED }), [], [], { read: 0, written: 2 }],
  [
    "no certificate to show",
    begin({ sealedIn: HELLO + 30 + FINISHED }),
    [],
    [],
    { read: 0, written: 2 },
  ],
  ["both", begin({ sealedIn: HELLO + 36 + FINISHED }), [5], [], { read: 1, written: 2 }],
  ["SHA-384", begin({ sealedIn: HELLO + 6 + FINISHED + 16 }), [5], [], { read: 1, written: 2 }],
  [
    "one ticket",
    begin({ tickets: 1, sealedOut: 3_000 + 111 + 16 * 9 }),
    [],
    [9],
    { read: 0, written: 2 },
  ],
  ["no tickets", begin({ sealedOut: 3_000 }), [], [9], { read: 0, written: 1 }],
  [
    "a request with the handshake",
    begin({ sealedIn: HELLO + 6 + FINISHED + 122, in: 100, reads: 1 }),
    [],
    [9],
    { read: 1, written: 3 },
  ],
  [
    "a certificate, and a request since",
    begin({ sealedIn: HELLO + 900 + FINISHED }),
    [5],
    [],
    { read: 1, written: 2 },
  ],
] as const)("%s", (...[, first, reads, writes, count]) => {
  expect(countRecords(first, after(first, reads, writes), SHA_256)).toEqual(count);
});

const plus = (changes: Partial<Traffic>): Traffic => {
  const now = after(BEGIN, [100], [200]);
  const entries = Object.entries(changes).map(([key, more]) => [
    key,
    now[key as keyof Traffic] + more,
  ]);
  return { ...now, ...Object.fromEntries(entries) } as Traffic;
};

it.each([
  ["a part of a record", BEGIN, plus({ sealedIn: 30 })],
  ["a part as long as what a record has besides", BEGIN, plus({ sealedIn: RECORD })],
  ["an empty record", BEGIN, plus({ sealedIn: RECORD })],
  ["padding", BEGIN, plus({ sealedIn: 300 })],
  ["a new key of the client's", BEGIN, plus({ sealedIn: 27 })],
  ["a new key of weir's", BEGIN, plus({ sealedOut: 27 })],
  ["content whose record did not leave", BEGIN, plus({ out: 100 })],
  ["more content than bytes", BEGIN, plus({ out: 4_400 })],
  ["a reply before the tickets", begin({ out: 10 }), plus({})],
  ["tickets of another size", begin({ sealedOut: 3_000 + TICKETS + 3 }), plus({ sealedOut: 3 })],
  ["fewer tickets", begin({ sealedOut: 3_000 + TICKETS / 2 }), plus({ sealedOut: -TICKETS / 2 })],
  ["tickets that come later", begin({ sealedOut: 3_000 }), plus({})],
  [
    "a certificate, and nothing since",
    begin({ sealedIn: HELLO + 900 }),
    after(begin({ sealedIn: HELLO + 900 }), [], []),
  ],
  [
    "a part of a record with the handshake",
    begin({ sealedIn: BEGIN.sealedIn + 500 }),
    after(begin({ sealedIn: BEGIN.sealedIn + 500 }), [], []),
  ],
] as const)("not told: %s", (_, first, now) => {
  expect(countRecords(first, now, SHA_256)).toBeNull();
});
