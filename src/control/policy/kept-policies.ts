// Policies kept on disk: the one in force and the one before it, and whether weir went back to that.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder } from "../../core/folder.ts";
import { replaceFile } from "../../core/replace-file.ts";
import type { PolicyFiles } from "../../policy/options.ts";
import type { PolicySource } from "../../policy/source.ts";

const kept = z.strictObject({
  revision: z.string().regex(/^[0-9a-f]{12}$/),
  /** Since when the files say so. */
  sinceMs: z.number(),
  context: z.string(),
});

const history = z.strictObject({
  version: z.literal(1),
  /** What the files of the config say. */
  current: kept.nullable(),
  before: kept.nullable(),
  /** null: what the files say is in force. */
  rolledBack: z
    .strictObject({ atMs: z.number(), createdBy: z.string(), comment: z.string() })
    .nullable(),
});

export type KeptPolicy = Readonly<z.output<typeof kept>>;
export type PolicyHistory = Readonly<z.output<typeof history>>;

const NO_HISTORY: PolicyHistory = { version: 1, current: null, before: null, rolledBack: null };

const HISTORY = "history.json";

/** `data`: the data folder. Nothing where there is none. @throws Error where it can't be read. */
export function readHistory(data: string): PolicyHistory {
  try {
    return history.parse(JSON.parse(readFileSync(join(folderOf(data), HISTORY), "utf8")));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return NO_HISTORY;
    throw thrown;
  }
}

/** @throws what the file system throws. */
export function writeHistory(data: string, next: PolicyHistory): void {
  const folder = folderOf(data);
  makeFolder(folder, 0o700);
  replaceFile(join(folder, HISTORY), JSON.stringify(next), { mode: 0o600 });
  const named = [next.current, next.before].map((each) => each?.revision);
  const others = readdirSync(folder).filter((name) => name !== HISTORY && !named.includes(name));
  for (const name of others) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Before its revision is written down. @throws what the file system throws. */
export function keepPolicy(data: string, revision: string, source: PolicySource): void {
  const { model, rules } = filesOf(data, { revision, context: source.context ?? "" });
  makeFolder(join(folderOf(data), revision), 0o700);
  replaceFile(model, source.modelText, { mode: 0o600 });
  replaceFile(rules, source.rulesText, { mode: 0o600 });
}

export function filesOf(
  data: string,
  { revision, context }: Pick<KeptPolicy, "revision" | "context">,
): PolicyFiles {
  const folder = join(folderOf(data), revision);
  return { model: join(folder, "model.conf"), rules: join(folder, "rules.csv"), context };
}

function folderOf(data: string): string {
  return join(data, "policies");
}
