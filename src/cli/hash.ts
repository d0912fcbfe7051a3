// `weir hash FIELD VALUE`: a value as rows keep it where telemetry.protect hashes its field, so that it can be sought.
import { Command } from "commander";
import { isProtectedField } from "../config/sections/telemetry.ts";
import { createFieldHash } from "../telemetry/field-hash.ts";
import { CommandError, tellingFaults } from "./command-error.ts";
import { fieldKeyOption, readFieldKey } from "./field-keys.ts";
import { readPiped } from "./read-piped.ts";

interface HashOptions {
  readonly fieldKey: readonly string[];
  readonly json?: true;
}

/** Longer than what a row keeps of any field. */
const MOST_CHARS = 65_536;

export function hashCommand(): Command {
  return new Command("hash")
    .description("a value as rows keep it where its field is hashed, to seek it by")
    .argument("<field>", "as telemetry.protect.hash names it, such as principal or headers.referer")
    .argument("<value>", "as rows would keep it unprotected; - reads it from a pipe")
    .addOption(fieldKeyOption("file with the key; repeat it for rows of older keys"))
    .option("--json", "print JSON")
    .action((field: string, value: string, options: HashOptions) =>
      tellingFaults(options.json === true, () => hash(field.toLowerCase(), value, options)),
    );
}

async function hash(field: string, given: string, { fieldKey, json }: HashOptions): Promise<void> {
  if (!isProtectedField(field)) {
    throw new CommandError("bad_field", `${field} is no field that telemetry.protect takes`);
  }
  const keys = fieldKey.map(readFieldKey);
  const value = given === "-" ? await readPiped(process.stdin, MOST_CHARS) : given;
  const fault = faultOf(value);
  if (fault !== "") throw new CommandError("bad_value", fault);
  const hashes = keys.map((key) => createFieldHash(key, field)(value));
  const lines = json ? [JSON.stringify({ field, hashes })] : hashes;
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** "" where a row could keep it. Never says what it is. */
function faultOf(value: string): string {
  if (value === "") return "the value is empty, and empty ones are kept as they are";
  if (value.length > MOST_CHARS) return `the value is longer than ${MOST_CHARS} characters`;
  return /[\r\n]/.test(value) ? "the value has several lines; give one" : "";
}
