// How often alerts may still act, on disk: a restart, or one each minute, must not let them act anew.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import { makeFolder } from "../core/folder.ts";
import type { Log } from "../core/log.ts";
import { replaceFile } from "../core/replace-file.ts";

export interface ActionBudget {
  /** Throws Error where `name` acted `most` times within the last hour. */
  readonly demand: (name: string, most: number, nowMs: number) => void;
  /** It acted. On disk once this returns; throws what the file system throws, and counts it all the same. */
  readonly count: (name: string, nowMs: number) => void;
}

const FILE = "alert-actions.json";
const HOUR_MS = 3_600_000;

/** When each of those who act did so within the last hour. */
const ACTED = z.record(z.string(), z.array(z.number()));
type Acted = Readonly<Record<string, readonly number[]>>;

/** `folder`: the data folder. */
export function createActionBudget(folder: string, log: Log): ActionBudget {
  let acted = readActed(folder, log);
  return {
    demand(name, most, nowMs) {
      if ((recentOf(acted, nowMs)[name]?.length ?? 0) >= most) {
        throw new Error(`it acted ${most} times within an hour already`);
      }
    },
    count(name, nowMs) {
      const recent = recentOf(acted, nowMs);
      acted = { ...recent, [name]: [...(recent[name] ?? []), nowMs] };
      makeFolder(folder);
      replaceFile(join(folder, FILE), JSON.stringify(acted), { mode: 0o600 });
    },
  };
}

/** A clock that was set back must not lock anybody out for longer than that. */
function recentOf(acted: Acted, nowMs: number): Acted {
  const recent = Object.entries(acted).map(([name, times]) => {
    return [name, times.filter((ms) => Math.abs(nowMs - ms) < HOUR_MS)] as const;
  });
  return Object.fromEntries(recent.filter(([, times]) => times.length > 0));
}

function readActed(folder: string, log: Log): Acted {
  try {
    return ACTED.parse(JSON.parse(readFileSync(join(folder, FILE), "utf8")));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") {
      const consequence = "what alerts did within the last hour does not count";
      log.error("alert_actions_not_read", { fault: messageOf(thrown), consequence });
    }
    return {};
  }
}
