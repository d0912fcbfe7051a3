// What is done to the record of a request last, before it is encoded: hides path parts, protects chosen fields.
import type { TelemetryOptions } from "./options.ts";
import { createProtection, PATH_ATTRIBUTES } from "./protect.ts";
import type { Conceal, RequestRecord } from "./record.ts";
import { createPathRedaction, type PathRedaction } from "./redact-path.ts";

/** null: rows are kept as they are. */
export function createConceal(options: TelemetryOptions): Conceal | null {
  const paths = createPathRedaction(options.redact.path);
  const protect = options.protect === null ? null : createProtection(options.protect);
  if (paths === null) return protect;
  const redact = redactPaths(paths);
  if (protect === null) return redact;
  return (record) => {
    redact(record);
    protect(record);
  };
}

/** Does to a record what its request's config wants; a second call does nothing, for nothing is encrypted twice. */
export function concealOnce(record: RequestRecord): void {
  const { conceal } = record;
  record.conceal = null;
  conceal?.(record);
}

function redactPaths(paths: PathRedaction): Conceal {
  return (record) => {
    const original = record.path;
    record.path = paths.path(original);
    if (record.attributes.length === 0) return;
    record.attributes = record.attributes.map((text, at, pairs) => {
      const isValue = at % 2 === 1 && PATH_ATTRIBUTES.includes(pairs[at - 1] ?? "");
      return isValue ? paths.rewritten(text, original) : text;
    });
  };
}
