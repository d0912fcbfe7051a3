// Ways to write a column of a row group, by what it holds: column-readers.ts reads them back.
import type { RawHeaders } from "../../core/header-list.ts";
import type { AttemptRecord, RequestRecord } from "../record.ts";
import type { Group } from "./group.ts";
import { EMPTY_WORD } from "./group-words.ts";
import { EACH, MOST_VALUES, ROW_LIMITS } from "./limits.ts";

const { word: WORD, parallel: PARALLEL } = ROW_LIMITS;
/** What a value of a list or map costs of the limit beside its own bytes. */
const VALUE_BYTES = 2;
/** In place of the values that the limit of a list leaves out. */
const CUT = "…";

/** Of one encoder: it may remember what it wrote last. */
export type WriteColumn = (group: Group) => void;
/** A value within a limit. Whether it reads back as it is. */
type WriteValue = (group: Group, value: string, limit: number) => boolean;
type Read<T> = (record: RequestRecord) => T;

export const asText: WriteValue = ({ bytes }, value, limit) => bytes.text(value, limit);
export const asWord: WriteValue = ({ bytes, words }, value, limit) => {
  bytes.uint16(words.idOf(value, limit));
  return true;
};

export function text(read: Read<string>, limit: number = WORD): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.text(read(records[at] as RequestRecord), limit);
  };
}

/** One number where all rows have the same word, which mostly is that of the group before. */
export function word(read: Read<string>, limit: number = WORD): WriteColumn {
  let last = "";
  let known = EMPTY_WORD;
  return ({ bytes, words, records, from, to }) => {
    let at = from;
    let next = read(records[at] as RequestRecord);
    if (next !== last) known = words.find((last = next), limit);
    const first = words.use(known);
    while (++at < to && (next = read(records[at] as RequestRecord)) === last);
    if (at === to) return bytes.number16(first);
    bytes.number16(EACH);
    for (let same = from; same < at; same++) bytes.number16(first);
    for (; at < to; at++) {
      next = read(records[at] as RequestRecord);
      if (next !== last) known = words.find((last = next), limit);
      bytes.number16(words.use(known));
    }
  };
}

/** A word for each row that depends on more than its record. */
export function wordOfRow(
  read: (group: Group, record: RequestRecord, row: number) => string,
): WriteColumn {
  return (group) => {
    const { bytes, words, records, from, to } = group;
    bytes.uint16(EACH);
    for (let at = from; at < to; at++)
      bytes.uint16(words.idOf(read(group, records[at] as RequestRecord, at - from), WORD));
  };
}

/** Milliseconds since the epoch. */
export function time(read: Read<number>): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.time(read(records[at] as RequestRecord));
  };
}

export function uint64(read: Read<number>): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.uint64(read(records[at] as RequestRecord));
  };
}

export function duration(read: Read<number>): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.duration(read(records[at] as RequestRecord));
  };
}

export function uint8(read: Read<number>): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.uint8(read(records[at] as RequestRecord));
  };
}

export function uint16(read: Read<number>): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.uint16(read(records[at] as RequestRecord));
  };
}

export function flag(read: Read<boolean>): WriteColumn {
  return ({ bytes, records, from, to }) => {
    for (let at = from; at < to; at++) bytes.byte(Number(read(records[at] as RequestRecord)));
  };
}

/** How many values each row has, then all of them: as many of each kind as of the candidates or attempts. */
function parallel<T>(
  read: Read<readonly T[]>,
  write: (group: Group, values: readonly T[], at: number) => void,
): (of: Read<readonly unknown[]>) => WriteColumn {
  return (of) => (group) => {
    const { bytes, records, from, to } = group;
    for (let at = from; at < to; at++)
      bytes.byte(Math.min(of(records[at] as RequestRecord).length, PARALLEL));
    for (let at = from; at < to; at++) {
      const record = records[at] as RequestRecord;
      const values = read(record);
      const count = Math.min(of(record).length, PARALLEL);
      for (let index = 0; index < count; index++) write(group, values, index);
    }
  };
}

export function attempt(write: (group: Group, attempt: AttemptRecord) => void): WriteColumn {
  const attempts = (record: RequestRecord): readonly AttemptRecord[] => record.attempts;
  return parallel(attempts, (group, all, at) => write(group, all[at] as AttemptRecord))(attempts);
}

export function candidate<T>(
  read: Read<readonly T[]>,
  write: (group: Group, value: T | undefined) => void,
): WriteColumn {
  return parallel(read, (group, all, at) => write(group, all[at]))((record) => record.candidates);
}

export interface Listed {
  readonly read: Read<readonly string[]>;
  readonly write: WriteValue;
  /** Of all values together. */
  readonly limit: number;
  /** What is written for a value. */
  readonly as: (record: RequestRecord, value: string) => string;
  /** Told of each row whether all its values are as given. */
  readonly done?: (group: Group, row: number, isWhole: boolean) => void;
}

export function list(listed: Listed): WriteColumn {
  return (group) => {
    const { bytes, records, from, to } = group;
    const countsAt = bytes.at - from;
    bytes.at += to - from;
    for (let at = from; at < to; at++) {
      const count = listValues(group, records[at] as RequestRecord, listed);
      bytes.buffer[countsAt + at] = Math.abs(count);
      listed.done?.(group, at - from, count >= 0);
    }
  };
}

/** Values until the limit is used up; then one that is only the cut mark. Below zero: not all are as given. */
function listValues(group: Group, record: RequestRecord, listed: Listed): number {
  const { write, limit, as } = listed;
  const { bytes, words } = group;
  const values = listed.read(record);
  const end = bytes.at + words.bytes.at + limit;
  let count = 0;
  let isWhole = true;
  for (let room = limit; room > 0 && count < values.length; count++) {
    room = count === MOST_VALUES - 1 ? 0 : end - bytes.at - words.bytes.at - VALUE_BYTES * count;
    if (room > 0) isWhole = write(group, as(record, values[count] ?? ""), room) && isWhole;
    else write(group, CUT, WORD);
    isWhole &&= room > 0;
  }
  return isWhole && count === values.length ? count : -count;
}

/** Of flat names and values: how many pairs each row has, the names of all rows, then the values. */
export function pairs(read: Read<RawHeaders>, limit: number): WriteColumn {
  return (group) => {
    const { bytes, counts, records, from, to } = group;
    for (let at = from; at < to; at++) {
      const count = pairsIn(read(records[at] as RequestRecord), limit);
      bytes.byte((counts[at - from] = count));
    }
    for (let at = from; at < to; at++)
      writeNames(group, read(records[at] as RequestRecord), { count: counts[at - from], limit });
    for (let at = from; at < to; at++)
      writeValues(group, read(records[at] as RequestRecord), { count: counts[at - from], limit });
  };
}

interface Kept {
  readonly count: number | undefined;
  readonly limit: number;
}

function writeNames({ bytes, words }: Group, fields: RawHeaders, { count = 0, limit }: Kept): void {
  for (let pair = 0; pair < count; pair++) bytes.uint16(words.idOf(fields[2 * pair] ?? "", limit));
}

function writeValues({ bytes }: Group, fields: RawHeaders, { count = 0, limit }: Kept): void {
  const end = bytes.at + limit;
  for (let pair = 0; pair < count; pair++)
    bytes.text(fields[2 * pair + 1] ?? "", Math.max(0, end - bytes.at));
}

/** How many pairs are kept: up to the one that crosses the limit. */
function pairsIn(fields: RawHeaders, limit: number): number {
  const most = Math.min(fields.length >> 1, MOST_VALUES);
  let room = limit;
  let count = 0;
  for (; count < most && room > 0; count++) {
    const name = fields[2 * count] ?? "";
    const value = fields[2 * count + 1] ?? "";
    room -= name.length + value.length + 2 * VALUE_BYTES;
  }
  return count;
}
