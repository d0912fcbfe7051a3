// Writes a gzip and a brotli form beside each built file, so that the server sends few bytes and compresses none.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const FORMS = [
  [".gz", gzipSync],
  [".br", brotliCompressSync],
] as const;

/** `folder`: where the hashed files are. */
export function compressedAssets(folder: string): Plugin {
  return {
    name: "weir-compressed-assets",
    closeBundle: () => {
      for (const name of readdirSync(folder)) {
        const bytes = readFileSync(join(folder, name));
        for (const [ending, compress] of FORMS) {
          writeFileSync(join(folder, name + ending), compress(bytes));
        }
      }
    },
  };
}
