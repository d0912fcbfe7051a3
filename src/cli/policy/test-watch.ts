// `weir policy test --watch`: again at every change of what was read, until Ctrl-C.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { findCasesFiles } from "../../control/policy/cases-files.ts";
import { type FileWatch, watchFiles } from "../../control/watch.ts";
import { untilSignalled } from "../signals.ts";
import { UnusableError } from "./input.ts";
import { type TestFiles, testFiles, type TestOptions } from "./test-run.ts";

/** A timer's longest wait; it only keeps the process alive. */
const FOREVER_MS = 2 ** 31 - 1;

/** Digests by file; "" where there is none. */
type Contents = ReadonlyMap<string, string>;

/** Runs once, and again when a file has other content than before; ends with exit code 0. */
export async function watchTests(
  dir: string,
  options: TestOptions,
  run: () => Promise<void>,
): Promise<void> {
  let seen: Contents | null = null;
  const again = async (): Promise<void> => {
    const now = look(watch, seen, () => testFiles(dir, options));
    const changed = seen === null ? [] : changedFiles(seen, now);
    if (seen !== null && changed.length === 0) return;
    if (changed.length > 0) say(`\nchanged: ${changed.join(", ")}`);
    seen = now;
    await run();
    say("watching; Ctrl-C ends");
  };
  let queue = Promise.resolve();
  const enqueue = (): void => void (queue = queue.then(again));
  const watch = watchFiles(enqueue);
  const alive = setInterval(() => undefined, FOREVER_MS);
  const ended = untilSignalled({ reload: enqueue });
  enqueue();
  await ended;
  watch.close();
  clearInterval(alive);
  await queue;
  process.exitCode = 0;
}

function changedFiles(before: Contents, now: Contents): readonly string[] {
  const files = new Set([...before.keys(), ...now.keys()]);
  return [...files].filter((file) => (now.get(file) ?? "") !== (before.get(file) ?? ""));
}

/** Watches first and reads then, so that no change falls in between. */
function look(watch: FileWatch, seen: Contents | null, name: () => TestFiles): Contents {
  const { policy, cases } = named(seen, name);
  const files = (): readonly string[] => [...policy, ...findCasesFiles(cases)];
  // A folder that has just been made is watched from now on, for its files make the list another one.
  watch.files([...new Set([...cases, ...findCasesFiles(cases).map(dirname), ...files()])]);
  return new Map(files().map((file) => [file, digestOf(file)]));
}

/** A config that is wrong names nothing: what was watched before, and the config with it, may be the remedy. */
function named(seen: Contents | null, name: () => TestFiles): TestFiles {
  try {
    return name();
  } catch (thrown) {
    if (!(thrown instanceof UnusableError)) throw thrown;
    const faulty = thrown.faults.map(({ file }) => file);
    return { policy: [...new Set([...faulty, ...(seen?.keys() ?? [])])], cases: [] };
  }
}

function digestOf(file: string): string {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch {
    return "";
  }
}

/** To people; what a run says stands alone on standard output. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
