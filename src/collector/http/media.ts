// In which encoding a request comes, and so its answer goes (OTLP 1.x, "OTLP/HTTP"); and what lines of a log come as.

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
  const name = typeOf(contentType);
  if (name === TYPES.json) return "json";
  return name === TYPES.protobuf ? "protobuf" : null;
}

const OF_LINES = [TYPES.json, "application/x-ndjson", "application/jsonl", "text/plain"];

/** Of lines of a log, which are answered in JSON. */
export function linesEncodingOf(contentType: string | undefined): "json" | null {
  return OF_LINES.includes(typeOf(contentType)) ? "json" : null;
}

function typeOf(contentType = ""): string {
  const [type = ""] = contentType.split(";", 1);
  return type.trim().toLowerCase();
}
