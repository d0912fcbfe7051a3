// The 32-bit hash of the part of a request that hash and consistent-hash go by.
import type { HeaderList } from "../core/header-list.ts";
import type { HashKey } from "./options.ts";

export interface HashFacts {
  /** Normal form. */
  readonly path: string;
  readonly clientAddress: string;
  /** Verified subject; empty for anonymous. */
  readonly principal: string;
  readonly headers: HeaderList;
}

/** 1 to 2^32-1; 0 where the request lacks that part, which the pickers take as "choose by chance". */
export function hashKey(key: HashKey, facts: HashFacts): number {
  const text = partOf(key, facts);
  return text === "" ? 0 : hash32(text) || 1;
}

/** FNV-1a over UTF-16 units, finished with MurmurHash3's mixer so that all bits depend on all. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return mix32(hash);
}

/** MurmurHash3's 32-bit finaliser. */
export function mix32(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function partOf(key: HashKey, facts: HashFacts): string {
  if (key.on === "header") return facts.headers.get(key.name.toLowerCase()) ?? "";
  if (key.on === "cookie") return cookie(facts.headers, key.name);
  if (key.on === "principal") return facts.principal;
  return key.on === "path" ? facts.path : facts.clientAddress;
}

/** RFC 6265 section 4.2.1: name=value pairs parted by semicolons; the first of a name counts. */
function cookie(headers: HeaderList, name: string): string {
  for (const field of headers.all("cookie")) {
    for (const pair of field.split(";")) {
      const equals = pair.indexOf("=");
      if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
    }
  }
  return "";
}
