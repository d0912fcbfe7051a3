// The fields of a reply: what the upstream sent, without what ends at this hop, with what weir adds.
import { HeaderList, type RawHeaders } from "../core/header-list.ts";
import type { ResponseHead } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { editFields } from "./header-edit.ts";
import { hopByHop } from "./hop-by-hop.ts";
import type { HeaderEdit } from "./options.ts";

const NO_CONTENT = 204;

/** @returns a new flat array; what weir adds or the route sets replaces fields of the same name. */
export function replyFields(
  head: ResponseHead,
  edit: HeaderEdit,
  { record, replyHeaders }: Exchange,
): string[] {
  const headers = new HeaderList(head.headers);
  const { names, raw } = headers;
  const ends = hopByHop(headers);
  const mayChunk = head.bodyLength === -1 && record.httpVersion !== "1.0";
  const fields: string[] = [];
  for (let at = 0; at < names.length; at++) {
    const name = names[at] ?? "";
    if (ends(name) || isAdded(name, replyHeaders) || misframes(name, head, mayChunk)) continue;
    fields.push(raw[at * 2] ?? "", raw[at * 2 + 1] ?? "");
  }
  for (const text of replyHeaders) fields.push(text);
  return editFields(fields, edit);
}

/** Only a chunked reply can have trailers; RFC 9110 section 8.6 forbids 204 a length. */
function misframes(name: string, { status }: ResponseHead, mayChunk: boolean): boolean {
  if (name === "trailer") return !mayChunk;
  return name === "content-length" && status === NO_CONTENT;
}

function isAdded(name: string, added: RawHeaders): boolean {
  for (let at = 0; at < added.length; at += 2) if (added[at] === name) return true;
  return false;
}
