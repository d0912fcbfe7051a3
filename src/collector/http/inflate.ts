// Bodies as they were before they were compressed; a bomb is left alone once it is past the limit.
import { constants, gunzipSync, zstdDecompressSync } from "node:zlib";

export type Inflated =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly fault: "too_large" | "corrupt" };

export const CODINGS = ["identity", "gzip", "zstd"] as const;

export type Coding = (typeof CODINGS)[number];

export function isCoding(text: string): text is Coding {
  return CODINGS.some((known) => known === text);
}

/** 16 MiB: what a frame may ask for to remember; level 19 asks for 8. */
const ZSTD = { params: { [constants.ZSTD_d_windowLogMax]: 24 } } as const;

/** Blocks this thread, which has nothing else to do. */
export function inflate(bytes: Buffer, coding: Coding, maxBytes: number): Inflated {
  if (coding === "identity") return { ok: true, bytes };
  const options = { maxOutputLength: maxBytes };
  try {
    const inflated =
      coding === "gzip"
        ? gunzipSync(bytes, options)
        : zstdDecompressSync(bytes, { ...options, ...ZSTD });
    return { ok: true, bytes: inflated };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return { ok: false, fault: code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "corrupt" };
  }
}
