// The drain's memory across restarts: how far each segment is delivered, and the cut on its way.
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { z } from "zod";
import type { Cut } from "./cut.ts";

export interface DrainState {
  /** Delivered bytes by segment; a segment that is not named has none. */
  readonly done: Readonly<Record<string, number>>;
  readonly cut: Cut | null;
}

export interface CutJournal {
  /** The last state saved whole; empty where there is none. `broken` where there was one to read. */
  readonly load: () => Promise<{ readonly state: DrainState; readonly broken: boolean }>;
  /** A crash in the middle leaves the state before; `durable` waits until a power cut does, too. */
  readonly save: (state: DrainState, durable: boolean) => Promise<void>;
}

const count = z.number().int().nonnegative();
const SAVED = z.object({
  sequence: count,
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
type Saved = z.infer<typeof SAVED>;

/** More than a cut of the most pieces needs, so that a slot never grows. */
const SLOT_BYTES = 128 * 1024;

/**
 * A journal in two files of the spool folder that are overwritten in turn. Their space is taken once,
 * before the disk can be full: a drain that needed room to make room would never come to it.
 */
export function createCutJournal(folder: string): CutJournal {
  const slots = [join(folder, "drain.0"), join(folder, "drain.1")] as const;
  let sequence = 0;
  const load = async () => {
    const texts = await Promise.all(slots.map(readSlot));
    const saved = texts.flatMap((text) => parseSlot(text) ?? []);
    const last = saved.sort((a, b) => b.sequence - a.sequence)[0];
    sequence = last?.sequence ?? 0;
    const broken = last === undefined && texts.some((text) => text.trim() !== "");
    for (const [at, text] of texts.entries()) {
      if (text.length < SLOT_BYTES) await writeSlot(slots[at === 0 ? 0 : 1], text, true);
    }
    return { state: last ?? { done: {}, cut: null }, broken };
  };
  const save = async ({ done, cut }: DrainState, durable: boolean): Promise<void> => {
    const next = { sequence: sequence + 1, done, cut };
    const text = JSON.stringify(next);
    const slot = slots[next.sequence % 2 === 0 ? 0 : 1];
    await writeSlot(slot, `${String(crc32(text))} ${text}\n`, durable);
    sequence = next.sequence;
  };
  return { load, save };
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function writeSlot(path: string, text: string, durable: boolean): Promise<void> {
  const handle = await open(path, "r+").catch((error: unknown) => {
    if (isMissing(error)) return open(path, "wx+", 0o600);
    throw error;
  });
  try {
    await handle.write(text.padEnd(SLOT_BYTES), 0);
    if (durable) await handle.datasync();
  } finally {
    await handle.close();
  }
}

function readSlot(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return "";
    throw error;
  });
}

/** Undefined where the slot was not written whole. */
function parseSlot(text: string): Saved | undefined {
  const line = text.slice(0, Math.max(0, text.indexOf("\n")));
  const space = line.indexOf(" ");
  const body = line.slice(space + 1);
  if (space < 1 || line.slice(0, space) !== String(crc32(body))) return undefined;
  return SAVED.safeParse(JSON.parse(body)).data;
}
