// What a message of protobuf is described by: its fields, their kinds, and how each kind lies on the wire.

/** How a value is written: the scalar types of protobuf, and `id`, which is bytes that JSON has in hexadecimal digits. */
export type Scalar =
  | "bool"
  | "bytes"
  | "double"
  | "fixed32"
  | "fixed64"
  | "id"
  | "int64"
  | "sfixed64"
  | "sint32"
  | "string"
  | "uint32"
  | "uint64";

export interface Field {
  readonly number: number;
  readonly kind: Scalar | Message;
  readonly repeated: boolean;
}

/** Wire types (protobuf.dev, "Encoding"). */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const WIRES: Readonly<Record<Scalar, number>> = {
  bool: VARINT,
  bytes: BYTES,
  double: FIXED64,
  fixed32: FIXED32,
  fixed64: FIXED64,
  id: BYTES,
  int64: VARINT,
  sfixed64: FIXED64,
  sint32: VARINT,
  string: BYTES,
  uint32: VARINT,
  uint64: VARINT,
};

export function wireOf(kind: Scalar | Message): number {
  return typeof kind === "string" ? WIRES[kind] : BYTES;
}

type Shape = Readonly<Record<string, readonly [number, Scalar | Message, "repeated"?]>>;

/** A message may contain itself, so its fields are made when they are first asked for. */
export class Message {
  readonly #shape: () => Shape;
  #fields: ReadonlyMap<string, Field> | undefined;

  constructor(shape: () => Shape) {
    this.#shape = shape;
  }

  /** By the name they have in JSON. */
  get fields(): ReadonlyMap<string, Field> {
    this.#fields ??= new Map(
      Object.entries(this.#shape()).map(([name, [number, kind, repeated]]) => [
        name,
        { number, kind, repeated: repeated !== undefined },
      ]),
    );
    return this.#fields;
  }
}
