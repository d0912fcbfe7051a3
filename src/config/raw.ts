// Reading a config that may still be wrong in any place, so that one problem never hides another.

export type RawMapping = Readonly<Record<string, unknown>>;

/** The mapping itself; an empty one for anything else. */
export function mappingOf(value: unknown): RawMapping {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return value as RawMapping;
}

/** The list itself; an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text itself; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
