// Starts and ends the demo's own processes: services and the traffic generator.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import type { CollectorNews, DemoNews, DemoReady } from "./child.ts";

export interface DemoChild {
  /** Known when it is ready. */
  readonly port: Promise<number>;
  readonly tell: (news: DemoNews | CollectorNews) => void;
  readonly stop: () => Promise<void>;
}

/** What takes longer hangs: as long as the store has, on a machine that starts all of them at once. */
const START_MS = 60_000;

/** `entry` is a file of this folder without its ending. */
export function startChild(entry: string, args: readonly string[]): DemoChild {
  const file = join(import.meta.dirname, `${entry}${extname(import.meta.filename)}`);
  const child = fork(file, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return {
    port: ready(child, entry),
    tell: (news) => void (child.connected && child.send(news)),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function ready(child: ChildProcess, entry: string): Promise<number> {
  const signal = AbortSignal.timeout(START_MS);
  const exit = once(child, "exit", { signal }).then(() => {
    throw new Error(`the demo's ${entry} ended before it was ready`);
  });
  const message = once(child, "message", { signal }).then(([first]) => first as DemoReady);
  const { port } = await Promise.race([message, exit]);
  return port;
}
