// 64-bit numbers of protobuf, exact without a BigInt where that can be.
import { varintEnd } from "./scan.ts";

const WORD = 2 ** 32;
const BILLION = 1e9;
/** Up to here a pair of words is a safe integer. */
const SAFE_HIGH = 2 ** 21;

/** A point in time, or any number of nanoseconds, as two numbers that are both exact. */
export class Instant {
  seconds = 0;
  nanos = 0;

  /** Of a fixed64 of nanoseconds; where there is none, zero. Long division, 16 bits at a time. */
  read(bytes: Buffer, at: number): void {
    if (at < 0) {
      this.set(0, 0);
      return;
    }
    const low = bytes.readUInt32LE(at);
    const high = bytes.readUInt32LE(at + 4);
    const first = (high % BILLION) * 65_536 + (low >>> 16);
    const second = (first % BILLION) * 65_536 + (low & 0xffff);
    this.seconds =
      (Math.floor(high / BILLION) * 65_536 + Math.floor(first / BILLION)) * 65_536 +
      Math.floor(second / BILLION);
    this.nanos = second % BILLION;
  }

  set(seconds: number, nanos: number): void {
    this.seconds = seconds;
    this.nanos = nanos;
  }

  get isZero(): boolean {
    return this.seconds === 0 && this.nanos === 0;
  }
}

/** Nanoseconds from one to the other; none where they lie the wrong way round. */
export function nanosBetween(from: Instant, to: Instant): number {
  return Math.max(0, (to.seconds - from.seconds) * BILLION + to.nanos - from.nanos);
}

/** Digits of an unsigned fixed64; "0" where there is none. */
export function fixed64Text(bytes: Buffer, at: number): string {
  if (at < 0) return "0";
  return unsignedText(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4));
}

/** Of a signed fixed64, rounded to the nearest double. */
export function sfixed64(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * WORD + bytes.readUInt32LE(at);
}

function unsignedText(low: number, high: number): string {
  if (high < SAFE_HIGH) return String(high * WORD + low);
  return String((BigInt(high) << 32n) | BigInt(low));
}

/** The number of an unsigned varint, whose end is known. */
export function varint64Text(bytes: Buffer, at: number): string {
  const [low, high] = words(bytes, at);
  return unsignedText(low, high);
}

/** The same of a signed one (int64: two's complement). */
export function int64Text(bytes: Buffer, at: number): string {
  const [low, high] = words(bytes, at);
  if (high < SAFE_HIGH) return String(high * WORD + low);
  return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)));
}

function words(bytes: Buffer, at: number): readonly [number, number] {
  let low = 0;
  let high = 0;
  const end = varintEnd(bytes, at, bytes.length);
  for (let index = at, shift = 0; index < end; index++, shift += 7) {
    const bits = (bytes[index] ?? 0) & 0x7f;
    if (shift < 32) low |= bits << shift;
    if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
  }
  return [low >>> 0, high >>> 0];
}

/** Of a zigzag number's low 32 bits (sint32). */
export function zigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
