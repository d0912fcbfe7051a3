// How far files are read, kept in the data folder: after a restart each goes on where it was left.
import { createHash } from "node:crypto";
import { fstatSync, readFileSync, readSync, renameSync, type Stats, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { makeFolder } from "../../core/folder.ts";

export interface Position {
  /** Of device and inode: a file that is renamed keeps it. */
  readonly id: string;
  /** Where it was last seen. */
  readonly path: string;
  /** What is behind it is not in the spool yet. */
  readonly offset: number;
  /** Of its first bytes, since an inode is given to another file once its own is gone. */
  readonly head: Head;
}

export interface Head {
  readonly bytes: number;
  readonly digest: string;
}

const SAVED = z.array(
  z.object({
    id: z.string(),
    path: z.string(),
    offset: z.int().nonnegative(),
    head: z.object({ bytes: z.int().nonnegative(), digest: z.string() }),
  }),
);
const HEAD_BYTES = 256;

export function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Of as many bytes as are read by then. */
export function headOf(fd: number, offset: number): Head {
  const bytes = Math.min(HEAD_BYTES, offset);
  const buffer = Buffer.alloc(bytes);
  const read = bytes === 0 ? 0 : readSync(fd, buffer, 0, bytes, 0);
  const digest = createHash("sha256").update(buffer.subarray(0, read)).digest("hex").slice(0, 16);
  return { bytes, digest };
}

export function isHeadDue(head: Head, offset: number): boolean {
  return head.bytes < HEAD_BYTES && head.bytes < offset;
}

/** Whether the open file is the one that was read so far. */
export function isSameFile(fd: number, { offset, head }: Position): boolean {
  return fstatSync(fd).size >= offset && headOf(fd, head.bytes).digest === head.digest;
}

/** None where none were ever saved, or what was saved can't be read. */
export function loadPositions(file: string): readonly Position[] {
  try {
    return SAVED.safeParse(JSON.parse(readFileSync(file, "utf8"))).data ?? [];
  } catch {
    return [];
  }
}

/** Whole or not at all, as far as a crash of this process goes. Throws what the file system throws. */
export function savePositions(file: string, positions: readonly Position[]): void {
  makeFolder(dirname(file), 0o700);
  writeFileSync(`${file}.new`, JSON.stringify(positions), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
