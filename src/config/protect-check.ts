// Checks telemetry.protect: each field once, and none that no row keeps, for that is a name misspelled.
import { DEFAULTS } from "./defaults.ts";
import type { Finding } from "./fault.ts";
import { listOf, mappingOf, textOf } from "./raw.ts";
import { findRepeated } from "./repeated.ts";

const PATH = ["telemetry", "protect"];
const HEADER = "headers.";

export function checkProtected(raw: unknown): Finding[] {
  const telemetry = mappingOf(raw);
  const protect = mappingOf(telemetry["protect"]);
  const kept = listOf(telemetry["headers"] ?? DEFAULTS.telemetry.headers).map(lower);
  const fields = ["encrypt", "hash"].flatMap((way) =>
    listOf(protect[way]).map((field, at) => ({ id: lower(field), path: [...PATH, way, at] })),
  );
  const unknown = fields
    .filter(({ id }) => id.startsWith(HEADER) && !kept.includes(id.slice(HEADER.length)))
    .map(({ path }) => ({
      path,
      message: "names a field that is not kept; see telemetry.headers",
    }));
  return [...findRepeated(fields, "field"), ...unknown];
}

function lower(value: unknown): string {
  return textOf(value).toLowerCase();
}
