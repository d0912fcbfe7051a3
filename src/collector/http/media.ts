// In which encoding a request comes, and so its answer goes (OTLP 1.x, "OTLP/HTTP").

export type Encoding = "protobuf" | "json";

const TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

export function contentTypeOf(encoding: Encoding): string {
  return TYPES[encoding];
}

/** null: none that is read here. */
export function encodingOf(contentType: string | undefined): Encoding | null {
  const [type = ""] = (contentType ?? "").split(";", 1);
  const name = type.trim().toLowerCase();
  if (name === TYPES.json) return "json";
  return name === TYPES.protobuf ? "protobuf" : null;
}
