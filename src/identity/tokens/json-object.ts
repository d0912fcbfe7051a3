// Reads a JSON object that says each name once: two of one name have two readings.

export type JsonObject = Readonly<Record<string, unknown>>;

/** null for anything but an object, and where one of its own names is there twice. */
export function readJsonObject(text: string): JsonObject | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return memberCount(text) === Object.keys(value).length ? (value as JsonObject) : null;
}

const PARTS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** Colons outside strings, at the first depth of a text that is known to be JSON. */
function memberCount(text: string): number {
  let depth = 0;
  let members = 0;
  for (const [part] of text.matchAll(PARTS)) {
    if (part === "{" || part === "[") depth++;
    else if (part === "}" || part === "]") depth--;
    else if (part === ":" && depth === 1) members++;
  }
  return members;
}
