// Fields as node:http takes trailers: pairs, where weir keeps them flat.
import type { RawHeaders } from "../core/header-list.ts";

export function pairs(raw: RawHeaders): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) list.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return list;
}
