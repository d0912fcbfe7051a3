// The drain's memory across restarts: how far each segment is delivered, and the cut on its way.
import { open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Cut } from "./cut.ts";

export interface DrainState {
  /** Delivered bytes by segment; a segment that is not named has none. */
  readonly done: Readonly<Record<string, number>>;
  readonly cut: Cut | null;
}

export interface CutJournal {
  /** Empty where there is none. A file that can't be read is put aside and reported. */
  readonly load: () => Promise<{ readonly state: DrainState; readonly broken: boolean }>;
  /** Replaces the file as a whole; `durable` also asks the disk to keep it through a power cut. */
  readonly save: (state: DrainState, durable: boolean) => Promise<void>;
}

const count = z.number().int().nonnegative();
const STATE = z.object({
  done: z.record(z.string(), count),
  cut: z
    .object({
      token: z.string(),
      rowVersion: count,
      rows: count,
      pieces: z.array(z.object({ segment: z.string(), offset: count, length: count })),
    })
    .nullable(),
});

const NOTHING: DrainState = { done: {}, cut: null };

/** A journal in one small file of the spool folder. */
export function createCutJournal(folder: string): CutJournal {
  const path = join(folder, "drain.json");
  const load = async () => {
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (text === null) return { state: NOTHING, broken: false };
    const parsed = STATE.safeParse(parse(text));
    if (parsed.success) return { state: parsed.data, broken: false };
    await rename(path, `${path}.broken`);
    return { state: NOTHING, broken: true };
  };
  const save = async (state: DrainState, durable: boolean): Promise<void> => {
    const next = `${path}.next`;
    await writeFile(next, JSON.stringify(state), { flush: durable, mode: 0o600 });
    await rename(next, path);
    if (durable) await syncFolder(folder);
  };
  return { load, save };
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** So that a rename survives a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
