// Follows the files of a config as they grow, are rotated, emptied, made and removed; each record goes to the spool once.
import { fstatSync, globSync, openSync, closeSync, readdirSync, constants } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { statsOf } from "../../core/folder.ts";
import type { Log } from "../../core/log.ts";
import type { OnceAMinute } from "../../core/once-a-minute.ts";
import type { InputCount } from "../input-counts.ts";
import { LogLines } from "../lines/log-lines.ts";
import { readLine } from "../lines/read-line.ts";
import type { FileOptions } from "../options.ts";
import { FollowedFile } from "./followed-file.ts";
import { idOf, isSameFile, loadPositions, type Position, savePositions } from "./positions.ts";

export interface FileTail {
  /** Reads on in all files, some megabytes at most, and now and then looks which there are. Never throws. */
  readonly turn: () => void;
  readonly close: () => void;
}

export interface FileTailParts {
  readonly inputs: readonly FileOptions[];
  /** Of the positions. */
  readonly file: string;
  /** Keeps whole lines; false: not now, and none of them. */
  readonly keep: (lines: Buffer) => boolean;
  readonly count: InputCount;
  /** Of a wall clock. */
  readonly nowMs: () => number;
  readonly log: Log;
  readonly told: OnceAMinute;
}

const MOST_FILES = 1_000;
const READ_BYTES = 256 * 1024;
/** Of lines that are made in one turn; what else there is waits for the next. */
const TURN_BYTES = 4 * 1024 * 1024;
/** How often it is looked which files there are: folders may be large. */
const LOOK_MS = 1_000;
/** Whoever wrote to a file that was renamed may take a while to notice. */
const LEAVE_MS = 10_000;
const MAGIC = /[*?[{]/;

export function createFileTail(parts: FileTailParts): FileTail {
  return new Tail(parts);
}

interface Followed {
  readonly file: FollowedFile;
  readonly input: FileOptions;
  /** Since when it is not among the input's files any more; null: it is. */
  goneAtMs: number | null;
}

class Tail implements FileTail {
  readonly #parts: FileTailParts;
  readonly #followed = new Map<string, Followed>();
  readonly #lines = new LogLines();
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  /** Of an earlier run, until their files are found. */
  readonly #saved: Map<string, Position>;
  /** Inputs whose files are read as the config says; those that come later, or were read before, from the start. */
  #fresh: ReadonlySet<FileOptions>;
  #isChanged = false;
  #lookedAtMs = 0;
  /** For which there was no room in the turn before. */
  #first = 0;

  constructor(parts: FileTailParts) {
    this.#parts = parts;
    const saved = loadPositions(parts.file);
    this.#saved = new Map(saved.map((position) => [position.id, position]));
    const isKnown = (input: FileOptions): boolean => saved.some(({ path }) => isOf(path, input));
    this.#fresh = new Set(parts.inputs.filter((input) => !isKnown(input)));
    this.#lines.reset();
  }

  readonly turn = (): void => {
    // What had no room goes first.
    if (!this.#flush()) return;
    const nowMs = this.#parts.nowMs();
    // A clock set back must not keep it from looking.
    if (Math.abs(nowMs - this.#lookedAtMs) >= LOOK_MS) this.#lookAtAll(nowMs);
    this.#readAll(nowMs);
    this.#flush();
  };

  readonly close = (): void => {
    this.#flush();
    for (const { file } of this.#followed.values()) file.close();
  };

  #lookAtAll(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    for (const one of this.#followed.values()) one.goneAtMs ??= nowMs;
    for (const input of this.#parts.inputs) this.#try(input.path, () => this.#look(input));
    this.#findRotated();
    this.#fresh = new Set();
  }

  /** Oldest first, so that lines stay in order when a file is rotated; but none keeps others waiting for more than a turn. */
  #readAll(nowMs: number): void {
    const all = [...this.#followed.values()];
    const first = this.#first < all.length ? this.#first : 0;
    this.#first = 0;
    for (let nth = 0; nth < all.length; nth++) {
      const at = (first + nth) % all.length;
      const one = all[at];
      if (this.#lines.length >= TURN_BYTES) {
        this.#first = at;
        return;
      }
      if (one !== undefined) this.#read(one, nowMs);
    }
  }

  #look(input: FileOptions): void {
    const paths = MAGIC.test(input.path) ? globSync(input.path).toSorted() : [input.path];
    for (const path of paths) this.#try(path, () => this.#see(path, input));
  }

  #see(path: string, input: FileOptions): void {
    const stats = statsOf(path);
    if (stats?.isFile() !== true) return;
    const known = this.#followed.get(idOf(stats));
    if (known === undefined) this.#open(path, input);
    else {
      known.goneAtMs = null;
      known.file.path = path;
    }
  }

  #open(path: string, input: FileOptions): void {
    if (this.#followed.size >= MOST_FILES) throw new Error(`more than ${MOST_FILES} files`);
    // What is no file any more must not hold this thread.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    const id = idOf(stats);
    if (!stats.isFile() || this.#followed.has(id)) {
      closeSync(fd);
      return;
    }
    const saved = this.#saved.get(id);
    this.#saved.delete(id);
    const first = this.#fresh.has(input) && input.from === "end" ? stats.size : 0;
    const offset = saved !== undefined && isSameFile(fd, saved) ? saved.offset : first;
    const file = new FollowedFile({ id, path, fd, offset }, input.join);
    this.#followed.set(id, { file, input, goneAtMs: null });
    this.#isChanged = true;
  }

  /** What was renamed while nobody looked is beside its old place, and has a rest to be read. */
  #findRotated(): void {
    for (const { id, path } of this.#saved.values()) {
      const input = this.#parts.inputs.find((each) => isOf(path, each));
      if (input !== undefined) this.#try(path, () => this.#openBeside(id, path, input));
      this.#saved.delete(id);
    }
  }

  #openBeside(id: string, path: string, input: FileOptions): void {
    const folder = dirname(path);
    for (const name of readdirSync(folder)) {
      const stats = statsOf(join(folder, name));
      if (stats === undefined || idOf(stats) !== id) continue;
      this.#open(join(folder, name), input);
      return;
    }
  }

  #read({ file, input, goneAtMs }: Followed, nowMs: number): void {
    const attributes = { "log.file.path": file.path };
    const take = (text: string): void => {
      const record = readLine(text);
      const withPath = { ...record, attributes: { ...record.attributes, ...attributes } };
      this.#lines.add(input, withPath, nowMs);
    };
    const before = file.cut;
    this.#try(file.path, () => {
      let length = 1;
      while (length > 0 && this.#lines.length < TURN_BYTES) {
        length = file.read(this.#buffer, nowMs, take);
      }
      const isQuiet = nowMs - Math.max(goneAtMs ?? nowMs, file.grewAtMs) >= LEAVE_MS;
      if (length > 0 || goneAtMs === null || !isQuiet) return;
      file.end(take);
      this.#leave(file);
    });
    this.#parts.count("files", "cut", file.cut - before);
  }

  /** It was removed or renamed, and is read to its end. */
  #leave(file: FollowedFile): void {
    this.#followed.delete(file.id);
    this.#isChanged = true;
    file.close();
  }

  /** Whether all that was read is in the spool; only then positions move on. */
  #flush(): boolean {
    const { keep, count } = this.#parts;
    const lines = this.#lines;
    if (lines.rows > 0) {
      if (!keep(lines.taken())) return false;
      count("files", "accepted", lines.rows);
      count("files", "cut", lines.tally.cut);
      lines.reset();
    }
    for (const { file } of this.#followed.values()) if (file.keep()) this.#isChanged = true;
    if (this.#isChanged) this.#try(this.#parts.file, () => this.#save());
    return true;
  }

  #save(): void {
    const positions = [...this.#followed.values()].map(({ file }) => file.position);
    savePositions(this.#parts.file, [...positions, ...this.#saved.values()]);
    this.#isChanged = false;
  }

  #try(path: string, step: () => void): void {
    try {
      step();
    } catch (thrown) {
      const unsaid = this.#parts.told.ask(path);
      if (unsaid === null) return;
      this.#parts.log.warn("log_file_failed", { path, cause: messageOf(thrown), unsaid });
    }
  }
}

/** Whether the path was once found by this input. */
function isOf(path: string, input: FileOptions): boolean {
  return path === input.path || dirname(path) === dirname(input.path);
}
