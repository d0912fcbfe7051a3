// What comes by other ways than HTTP: files that are followed, and syslog.
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { OnceAMinute } from "../core/once-a-minute.ts";
import { createFileTail } from "./files/file-tail.ts";
import type { InputCount } from "./input-counts.ts";
import type { CollectorOptions } from "./options.ts";
import { openSyslog } from "./syslog/listener.ts";

export interface Inputs {
  /** In the config's order, with real ones where it says 0. */
  readonly syslogPorts: readonly number[];
  /** What was received is in the spool by then, or counted as dropped. */
  readonly close: () => Promise<void>;
}

export interface InputsParts {
  readonly options: Pick<CollectorOptions, "files" | "syslog">;
  /** Of what is remembered of files. */
  readonly folder: string;
  /** Keeps whole lines of logs; false: not now, and none of them. */
  readonly keep: (lines: Buffer) => boolean;
  readonly count: InputCount;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often files are read on; some megabytes each time. */
const READ_MS = 250;
const TOLD_FILES = 1_000;

/** Rejects where an address can't be listened on. */
export async function openInputs(parts: InputsParts): Promise<Inputs> {
  const { keep, count, clock } = parts;
  const nowMs = clock.wallMs;
  const listeners = await Promise.all(
    parts.options.syslog.map((options) => openSyslog({ options, keep, count, nowMs })),
  );
  const unfollow = follow(parts);
  return {
    syslogPorts: listeners.map(({ port }) => port),
    async close() {
      unfollow();
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

function follow({ options, folder, keep, count, clock, log }: InputsParts): () => void {
  if (options.files.length === 0) return () => undefined;
  const tail = createFileTail({
    inputs: options.files,
    file: join(folder, "files.json"),
    keep,
    count,
    nowMs: clock.wallMs,
    log,
    told: new OnceAMinute(clock, TOLD_FILES),
  });
  tail.turn();
  const turns = setInterval(tail.turn, READ_MS);
  return () => {
    clearInterval(turns);
    tail.close();
  };
}
