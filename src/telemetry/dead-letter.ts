// Rows the store will never take: kept beside the spool with the reason, for a person to look at.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface DeadLetter {
  readonly line: string;
  readonly reason: string;
}

/**
 * Writes the rejected rows of one cut to `dead-letter/<token>.jsonl`. The file is named by the cut and
 * replaced as a whole, so a cut that is sent again after a crash does not report its rows twice.
 */
export async function writeDeadLetters(
  folder: string,
  token: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  const into = join(folder, "dead-letter");
  await mkdir(into, { recursive: true, mode: 0o700 });
  const path = join(into, `${token}.jsonl`);
  const text = letters.map((letter) => `${JSON.stringify(letter)}\n`).join("");
  await writeFile(`${path}.next`, text, { flush: true, mode: 0o600 });
  await rename(`${path}.next`, path);
}
