// Bodies as they were before they were compressed; a bomb is left alone once it is past the limit.
import { constants, gunzipSync, zstdDecompressSync } from "node:zlib";

export type Inflated =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly fault: "too_large" | "corrupt" };

export const CODINGS = ["identity", "gzip", "zstd"] as const;

export type Coding = (typeof CODINGS)[number];

/** null: none that is read here. */
export function codingOf(contentEncoding = ""): Coding | null {
  const name = contentEncoding.trim().toLowerCase();
  if (name === "") return "identity";
  // RFC 9110 section 8.4.1.3.
  if (name === "x-gzip") return "gzip";
  return CODINGS.find((known) => known === name) ?? null;
}

/** Blocks this thread, which has nothing else to do. */
export function inflate(bytes: Buffer, coding: Coding, maxBytes: number): Inflated {
  if (coding === "identity") return { ok: true, bytes };
  try {
    const inflated =
      coding === "gzip"
        ? gunzipSync(bytes, { maxOutputLength: maxBytes })
        : unpackFrames(bytes, maxBytes);
    if (inflated.length > maxBytes) return { ok: false, fault: "too_large" };
    return { ok: true, bytes: inflated };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return { ok: false, fault: code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "corrupt" };
  }
}

/** Those who compress on several cores make one for some megabytes. */
const MOST_FRAMES = 1_024;

/** All frames of a zstd body (RFC 8878 section 3); Node's own reading ends after one of them, or some. */
function unpackFrames(bytes: Buffer, maxBytes: number): Buffer {
  const parts: Buffer[] = [];
  let room = maxBytes;
  let at = 0;
  do {
    if (parts.length === MOST_FRAMES) throw new Error("a body of too many frames");
    // A frame of nothing needs no room, but Node asks for some.
    const { part, read } = unpackFrame(bytes.subarray(at), Math.max(1, room));
    parts.push(part);
    room -= part.length;
    at += read;
  } while (at < bytes.length && room >= 0);
  return Buffer.concat(parts);
}

/** 16 MiB: what a frame may ask for to remember; level 19 asks for 8. */
const PARAMS = { [constants.ZSTD_d_windowLogMax]: 24 } as const;

function unpackFrame(bytes: Buffer, maxOutputLength: number) {
  const options = { maxOutputLength, params: PARAMS, info: true };
  const { buffer, engine } = zstdDecompressSync(bytes, options) as unknown as WithInfo;
  return { part: buffer, read: engine.bytesWritten };
}

/** What `info` makes of the result. */
interface WithInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
