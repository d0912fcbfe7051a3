// The keys of protected fields, from files that an option names; what is in them is never said.
import { readFileSync } from "node:fs";
import { Option } from "commander";
import { fieldKeyOf } from "../telemetry/field-key.ts";
import { CommandError } from "./command-error.ts";

/** Sets `fieldKey`: the files named, at least one. */
export function fieldKeyOption(meaning: string): Option {
  return new Option("--field-key <file>", meaning)
    .argParser((file: string, before?: readonly string[]) => [...(before ?? []), file])
    .makeOptionMandatory();
}

/** @throws CommandError */
export function readFieldKey(file: string): Buffer {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (thrown) {
    const { code = "unreadable" } = thrown as NodeJS.ErrnoException;
    throw new CommandError("bad_key", `--field-key ${file} can't be read (${code})`);
  }
  const key = fieldKeyOf(text);
  if (key !== null) return key;
  throw new CommandError(
    "bad_key",
    `--field-key ${file} holds no key: 32 bytes as base64 or hexadecimal digits`,
  );
}
