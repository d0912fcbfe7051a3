// What a route sets and removes in a list of fields, in either direction.
import type { HeaderEdit } from "./options.ts";

export const NO_EDIT: HeaderEdit = { set: {}, remove: [] };

/** Most routes change nothing, and get their own array back. */
export function editFields(fields: string[], { set, remove }: HeaderEdit): string[] {
  const replacements = Object.entries(set);
  if (replacements.length === 0 && remove.length === 0) return fields;
  const gone = new Set([...remove, ...Object.keys(set)].map((name) => name.toLowerCase()));
  const edited: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? "";
    if (!gone.has(name.toLowerCase())) edited.push(name, fields[at + 1] ?? "");
  }
  for (const [name, value] of replacements) edited.push(name, value);
  return edited;
}
