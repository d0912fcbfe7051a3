// The text of a config file, or why it can't be had: bounded, so that parsing it can't take long.
import { readFileSync, statSync } from "node:fs";

/** Thousands of routes; garbage of this size still takes the parser no more than a second or two. */
const MAX_FILE_BYTES = 262_144;

export type ConfigText = { readonly value: string } | { readonly problem: string };

export function readConfigText(file: string): ConfigText {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { problem: "is not a file" };
    if (stat.size > MAX_FILE_BYTES) return { problem: "is larger than 256 KiB" };
    return { value: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)) };
  } catch (thrown) {
    if (thrown instanceof TypeError) return { problem: "is not valid UTF-8" };
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
    const missing = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
    return { problem: `${missing}; name the config with -c FILE` };
  }
}
