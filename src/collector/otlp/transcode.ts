// OTLP's JSON as the same message in protobuf: one decoder then serves both, and can't tell them apart.
import { type Field, type Message, type Scalar, wireOf } from "./message.ts";
import { ANY_VALUE } from "./messages.ts";
import { integerOf, isBeyondInt64, RANGES } from "./integers.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { Undecodable } from "./undecodable.ts";

/** @throws Undecodable */
export function transcode(json: Buffer, message: Message): Buffer {
  const value = parseBoundedJson(json);
  if (!isObject(value)) throw new Undecodable("the body is no JSON object");
  const out = new ProtobufWriter(json.length);
  writeMessage(out, message, value);
  return out.written();
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Members that the message does not have are passed over, as are those that are null (protobuf's JSON mapping). */
function writeMessage(out: ProtobufWriter, message: Message, value: JsonObject): void {
  for (const [name, field] of message.fields) {
    const given = value[name];
    if (given === undefined || given === null || !Object.hasOwn(value, name)) continue;
    if (!field.repeated) writeField(out, fieldFor(field, given), { name, value: given });
    else if (!Array.isArray(given)) throw new Undecodable(`${name} is no list`);
    else for (const item of given) writeField(out, field, { name, value: item });
  }
}

const WIDE = ANY_VALUE.fields.get("doubleValue");

/** JavaScript's SDK calls any number without a fraction an integer, however large. */
function fieldFor(field: Field, value: unknown): Field {
  return field.kind === "int64" && isBeyondInt64(value) ? (WIDE ?? field) : field;
}

interface Member {
  readonly name: string;
  readonly value: unknown;
}

function writeField(out: ProtobufWriter, { number, kind }: Field, member: Member): void {
  out.varint((number << 3) | wireOf(kind));
  const { name, value } = member;
  if (typeof kind === "string") {
    SCALARS[kind](out, value, name);
    return;
  }
  if (!isObject(value))
    throw new Undecodable(`${name} is, or contains, something that is no object`);
  const length = out.beginLength();
  writeMessage(out, kind, value);
  out.endLength(length);
}

type WriteScalar = (out: ProtobufWriter, value: unknown, name: string) => void;

const { int64, uint64, int32, word32 } = RANGES;

const SCALARS: Readonly<Record<Scalar, WriteScalar>> = {
  bool: (out, value, name) => out.varint(booleanOf(name, value) ? 1 : 0),
  bytes: (out, value, name) => out.bytes(Buffer.from(textOf(name, value), "base64")),
  double: (out, value, name) => out.double(doubleOf(name, value)),
  fixed32: (out, value, name) => out.fixed32(integerOf(name, value, word32)),
  fixed64: (out, value, name) => out.fixed64(integerOf(name, value, uint64)),
  id: (out, value, name) => out.bytes(hexOf(name, value)),
  int64: (out, value, name) => out.varint64(integerOf(name, value, int64)),
  sfixed64: (out, value, name) => out.fixed64(integerOf(name, value, int64)),
  sint32: (out, value, name) => out.zigzag(integerOf(name, value, int32)),
  string: (out, value, name) => out.bytes(Buffer.from(textOf(name, value))),
  uint32: (out, value, name) => out.varint64(integerOf(name, value, word32)),
  uint64: (out, value, name) => out.varint64(integerOf(name, value, uint64)),
};

function booleanOf(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new Undecodable(`${name} is neither true nor false`);
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== "string") throw new Undecodable(`${name} is no string`);
  return value;
}

function hexOf(name: string, value: unknown): Buffer {
  const text = textOf(name, value);
  if (/^(?:[0-9a-f]{2})*$/i.test(text)) return Buffer.from(text, "hex");
  throw new Undecodable(`${name} is not written in hexadecimal digits`);
}

const NO_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

function doubleOf(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  const text = textOf(name, value);
  const number = NO_NUMBERS[text] ?? (/^[-+\d.eE]{1,64}$/.test(text) ? Number(text) : Number.NaN);
  if (Number.isNaN(number) && text !== "NaN") throw new Undecodable(`${name} is no number`);
  return number;
}
