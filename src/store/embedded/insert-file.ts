// The rows of an INSERT in a file for as long as the statement runs: chDB takes no binary format from memory.
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fillsItsMemory, giveAway, returning } from "../../core/slabs.ts";
import { bodyOf } from "./body.ts";

export interface InsertFile {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

const PREFIX = "insert-";
/** Bytes that may wait to be written. */
const WAITING_BYTES = 1 << 20;

/** Written as it comes, so that a batch of many megabytes is nowhere whole. Rejects as a body fails, or as files do. */
export async function receiveInsert(request: IncomingMessage, folder: string): Promise<InsertFile> {
  const path = join(folder, `${PREFIX}${randomUUID()}`);
  const remove = (): Promise<void> => rm(path, { force: true });
  const file = createWriteStream(path, { mode: 0o600, highWaterMark: WAITING_BYTES });
  const body = bodyOf(request, (piece) => {
    if (file.destroyed) return;
    if (fillsItsMemory(piece)) giveAway(piece);
    if (!file.write(piece, returning(piece))) body.pause();
  });
  file.on("drain", () => body.resume());
  // What can't be kept is read to its end: then it can be answered.
  const written = finished(file).finally(() => body.resume());
  try {
    await Promise.all([written, finished(body).then(() => file.end())]);
  } catch (thrown) {
    file.destroy();
    await remove();
    throw thrown;
  }
  return { path, remove };
}

/** Those of a process that was killed before it could. */
export async function removeInsertFiles(folder: string): Promise<void> {
  const names = await readdir(folder);
  const left = names.filter((name) => name.startsWith(PREFIX));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
