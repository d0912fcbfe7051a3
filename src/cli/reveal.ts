// `weir reveal TRACE`: opens the encrypted fields of a trace; the key stays here, and weir records who asked and why.
import type { Command } from "commander";
import { type Decrypted, decryptField, keyIdOf } from "../telemetry/field-cipher.ts";
import { fieldKeyId } from "../telemetry/field-key.ts";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { fieldKeyOption, readFieldKey } from "./field-keys.ts";
import { harmless } from "./format-text.ts";

const EXIT_FINDING = 1;

interface RevealOptions extends AskOptions {
  readonly fieldKey: readonly string[];
  readonly reason: string;
}

/** As POST /api/v1/reveal answers. */
interface Encrypted {
  readonly trace_id: string;
  readonly rows: readonly {
    readonly span_id: string;
    readonly started_at: string;
    readonly fields: readonly { readonly field: string; readonly value: string }[];
  }[];
}

interface RevealedRow {
  readonly span_id: string;
  readonly started_at: string;
  readonly fields: readonly OpenedField[];
}

/** One of both. */
interface OpenedField {
  readonly field: string;
  readonly value?: string;
  readonly problem?: string;
}

const PROBLEMS: Readonly<Record<(Decrypted & { ok: false })["reason"], string>> = {
  malformed: "it is cut or damaged",
  other_key: "",
  not_authentic: "it was changed, or stood in another row or column when it was encrypted",
};

export function revealCommand(): Command {
  return askingCommand("reveal")
    .description("encrypted fields of a trace, opened with their key; leaves an audit row")
    .argument("<trace>", "trace id")
    .requiredOption("--reason <text>", "why; stands in the audit row")
    .addOption(fieldKeyOption("file with the key; repeat it for values of older keys"))
    .action((trace: string, options: RevealOptions) => reveal(trace, options));
}

async function reveal(trace: string, options: RevealOptions): Promise<void> {
  await asking(options, async (client) => {
    // First, so that a wrong file leaves no row that says something was revealed.
    const keys = new Map(options.fieldKey.map(readFieldKey).map((key) => [fieldKeyId(key), key]));
    const asked = client.post("/api/v1/reveal", { trace_id: trace, reason: options.reason });
    const encrypted = (await patiently("asking", asked)) as Encrypted;
    const rows = encrypted.rows.map((row) => opened(row, encrypted.trace_id, keys));
    const isWhole = rows.every(({ fields }) => fields.every(({ value }) => value !== undefined));
    if (rows.length === 0 || !isWhole) process.exitCode = EXIT_FINDING;
    const { trace_id } = encrypted;
    print(options.json ? [JSON.stringify({ trace_id, rows })] : linesOf(rows));
  });
}

function opened(
  { span_id, started_at, fields }: Encrypted["rows"][number],
  traceId: string,
  keys: ReadonlyMap<string, Buffer>,
): RevealedRow {
  const place = { traceId, spanId: span_id };
  const texts = fields.map(({ field, value }): OpenedField => {
    const id = keyIdOf(value) ?? "";
    const key = keys.get(id);
    if (key === undefined)
      return { field, problem: `it is of key ${id}; name its file with --field-key` };
    const result = decryptField(key, value, { ...place, field });
    return result.ok ? { field, value: result.value } : { field, problem: PROBLEMS[result.reason] };
  });
  return { span_id, started_at, fields: texts };
}

function linesOf(rows: readonly RevealedRow[]): string[] {
  if (rows.length === 0) return ["Nothing of this trace is encrypted."];
  return rows.flatMap(({ span_id, started_at, fields }) => [
    `${harmless(started_at)}  span ${harmless(span_id)}`,
    ...fields.map(({ field, value, problem = "" }) =>
      value === undefined
        ? `  ${harmless(field)}: not opened: ${problem}`
        : `  ${harmless(field)}: ${harmless(value)}`,
    ),
  ]);
}
