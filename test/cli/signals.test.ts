// Signals of a long-running command, on a real process: one ends it in order, a later one at once.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";

const SIGNALS = new URL("../../src/cli/signals.ts", import.meta.url).href;
/** Says what it does; takes so long to end in order. */
const programOf = (endMs: number): string => `
  import { untilSignalled } from ${JSON.stringify(SIGNALS)};
  const alive = setInterval(() => undefined, 1000);
  const signalled = untilSignalled({ reload: () => console.log("reloads") });
  console.log("runs");
  await signalled;
  console.log("ends");
  setTimeout(() => { console.log("ended"); clearInterval(alive); }, ${endMs});
`;

let child: ChildProcess | undefined;
afterEach(() => child?.kill("SIGKILL"));

interface Running {
  readonly process: ChildProcess;
  /** Resolves once it has said the word. */
  readonly says: (word: string) => Promise<void>;
  readonly said: () => string;
  /** Resolves once all it said is here, which may be after its exit. */
  readonly exitCode: Promise<number | null>;
}

async function start(endMs: number): Promise<Running> {
  child = spawn(process.execPath, ["--input-type=module", "-e", programOf(endMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const started = child;
  const exitCode = once(started, "close").then(([code]) => code as number | null);
  let said = "";
  started.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const says = async (word: string): Promise<void> => {
    while (!said.includes(word)) await once(started.stdout ?? started, "data");
  };
  await says("runs");
  return { process: started, says, said: () => said, exitCode };
}

test("a Ctrl-C that npm passes on as well still ends in order", async () => {
  const running = await start(100);
  // Two of one kind at once would be one.
  running.process.kill("SIGINT");
  running.process.kill("SIGTERM");
  expect(await running.exitCode).toBe(0);
  expect(running.said()).toContain("ended");
});

test("a second signal, given later, ends at once", async () => {
  const running = await start(120_000);
  running.process.kill("SIGINT");
  await running.says("ends");
  await sleep(600);
  running.process.kill("SIGTERM");
  expect(await running.exitCode).toBe(130);
  expect(running.said()).not.toContain("ended");
});

test("SIGHUP reloads", async () => {
  const running = await start(100);
  running.process.kill("SIGHUP");
  await running.says("reloads");
  expect(running.process.exitCode).toBe(null);
});
