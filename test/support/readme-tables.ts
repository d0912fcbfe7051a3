// The tables of README.md as the code has them. `node test/support/readme-tables.ts` writes them into it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { COMMANDS } from "../../src/cli/command-line.ts";
import { CONFIG_KEYS } from "../../src/config/config-keys.ts";
import { ERRORS } from "../../src/core/errors.ts";

export const README: string = join(import.meta.dirname, "../../README.md");

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));

/** By the name in its markers: <!-- table: NAME --> ... <!-- end --> */
export const TABLES: Readonly<Record<string, () => string>> = {
  commands: commandTable,
  config: configTable,
  errors: errorTable,
};

function commandTable(): string {
  return table(
    ["command", "what it does"],
    commands.flatMap((each) => commandRows(each, "weir")),
  );
}

/** A command that has commands of its own is only their name. */
function commandRows(command: Command, before: string): string[] {
  const name = `${before} ${command.name()}`;
  if (command.commands.length > 0)
    return command.commands.flatMap((each) => commandRows(each, name));
  const words = command.registeredArguments.map((argument) => {
    const shown = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? ` <${shown}>` : ` [${shown}]`;
  });
  return [row([`\`${name}${words.join("")}\``, command.description()])];
}

function configTable(): string {
  const rows = CONFIG_KEYS.map(({ key, type, default: fallback, meaning }) =>
    row([
      `\`${key}\``,
      meaning,
      type,
      fallback === "required" || fallback === "none" ? fallback : `\`${fallback}\``,
    ]),
  );
  return table(["key", "meaning", "type", "default"], rows);
}

function errorTable(): string {
  const rows = Object.entries(ERRORS).map(([code, { status, source, title }]) =>
    row([`\`${code}\``, String(status), source, title]),
  );
  return table(["code", "status", "caused by", "meaning"], rows);
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The text between a table's markers; undefined where it has none. */
export function tableIn(text: string, name: string): string | undefined {
  return new RegExp(`<!-- table: ${name} -->\\n([\\s\\S]*?)\\n<!-- end -->`).exec(text)?.[1];
}

/** README's text with every table as the code has it. */
export function withTables(text: string): string {
  let next = text;
  for (const [name, make] of Object.entries(TABLES)) {
    const pattern = new RegExp(`(<!-- table: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`);
    next = next.replace(pattern, (_, start: string, end: string) => `${start}${make()}\n${end}`);
  }
  return next;
}

if (import.meta.main) writeFileSync(README, withTables(readFileSync(README, "utf8")));
