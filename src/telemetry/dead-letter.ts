// Rows the store will never take: kept beside the spool with the reason, for a person to look at; the newest of them.
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { countLines } from "../core/lines.ts";
import { replaceFile } from "../core/replace-file.ts";

export interface DeadLetter {
  readonly line: string;
  readonly reason: string;
}

/** Files `dead-letter/<token>.jsonl` beside the spool, the oldest deleted where all together are too large. */
export class DeadLetters {
  readonly #folder: string;
  readonly #maxBytes: number;
  #bytes = 0;
  #droppedRows = 0;

  constructor(spoolFolder: string, maxBytes: number) {
    this.#folder = join(spoolFolder, "dead-letter");
    this.#maxBytes = maxBytes;
  }

  /** As of the last write. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Rejected rows that are not kept any more, or never were. */
  get droppedRows(): number {
    return this.#droppedRows;
  }

  /** Sees what earlier runs left. */
  async load(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#trim();
  }

  /**
   * Writes the rejected rows of one cut. The file is named by the cut and replaced as a whole, so a cut
   * that is sent again after a crash does not report its rows twice.
   */
  async add(token: string, letters: readonly DeadLetter[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `${token}.jsonl`);
    replaceFile(path, this.#fitting(letters), { mode: 0o600 });
    await this.#trim();
  }

  /** The first of them, as many as may be kept at all. */
  #fitting(letters: readonly DeadLetter[]): string {
    let text = "";
    let bytes = 0;
    for (const [at, letter] of letters.entries()) {
      const line = `${JSON.stringify(letter)}\n`;
      bytes += Buffer.byteLength(line);
      if (bytes > this.#maxBytes) {
        this.#droppedRows += letters.length - at;
        break;
      }
      text += line;
    }
    return text;
  }

  async #trim(): Promise<void> {
    const names = await readdir(this.#folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs };
      }),
    );
    this.#bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#droppedRows += countLines(await readFile(path));
      await rm(path, { force: true });
      this.#bytes -= size;
    }
  }
}
