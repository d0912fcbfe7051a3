// Whole numbers of OTLP's JSON: as numbers, or as their digits in text, and none that its field can't hold.
import { Undecodable } from "./undecodable.ts";

type Range = readonly [least: bigint, most: bigint];

export const RANGES = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  /** Of enums, too, which are signed. */
  word32: [-(2n ** 31n), 2n ** 32n - 1n],
} as const satisfies Record<string, Range>;

/** @throws Undecodable */
export function integerOf(name: string, value: unknown, [least, most]: Range): bigint {
  const isExact = typeof value === "string" ? /^-?\d{1,20}$/.test(value) : Number.isInteger(value);
  if (!isExact) throw new Undecodable(`${name} is no whole number`);
  const integer = BigInt(value as string | number);
  if (integer >= least && integer <= most) return integer;
  throw new Undecodable(`${name} is out of range`);
}

/** Of a number, or of digits that are as long. */
export function isBeyondInt64(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) >= 2 ** 63;
  if (typeof value !== "string" || !/^-?\d{19,64}$/.test(value)) return false;
  const integer = BigInt(value);
  return BigInt.asIntN(64, integer) !== integer;
}
