// The fields of a reply: what the upstream sent, without what ends at this hop, with what weir adds.
import { HeaderList, type RawHeaders } from "../core/header-list.ts";
import type { ResponseHead } from "../upstream/upstream.ts";
import { hopByHop } from "./hop-by-hop.ts";
import type { HeaderEdit } from "./options.ts";

/** @returns a new flat array; `added` replaces fields of the same name. */
export function replyFields(
  head: ResponseHead,
  edit: HeaderEdit,
  added: RawHeaders,
): readonly string[] {
  const headers = new HeaderList(head.headers);
  const { names, raw } = headers;
  const ends = hopByHop(headers);
  const replaced = replacedNames(edit, added);
  const fields: string[] = [];
  for (let at = 0; at < names.length; at++) {
    const name = names[at] ?? "";
    if (!ends(name) && !replaced.has(name)) fields.push(raw[at * 2] ?? "", raw[at * 2 + 1] ?? "");
  }
  for (const text of added) fields.push(text);
  for (const [name, value] of Object.entries(edit.set)) fields.push(name, value);
  return fields;
}

/** Names to drop from the upstream's fields; for most routes only those weir adds. */
function replacedNames(edit: HeaderEdit, added: RawHeaders): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = 0; at < added.length; at += 2) names.add((added[at] ?? "").toLowerCase());
  for (const name of edit.remove) names.add(name.toLowerCase());
  for (const name of Object.keys(edit.set)) names.add(name.toLowerCase());
  return names;
}
