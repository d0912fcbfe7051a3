// However often files change, their change is told once or twice, late enough to be whole, and always.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchFiles } from "../../src/control/watch.ts";
import { firstLook } from "../support/first-look.ts";

const FILES = ["rules.csv", "next.csv"];
/** What changes for as long is told of meanwhile. */
const LONGEST_MS = 2_000;
/** Longer than the look at the files by name, and what it tells of, take. */
const QUIET_MS = 1_400;

interface Site {
  readonly write: (name: string, text: string) => void;
  readonly append: (name: string, text: string) => void;
  /** As editors do it. */
  readonly replace: (name: string, text: string) => void;
}

const STORMS: readonly [string, (at: Site) => Promise<void>, string][] = [
  [
    "a thousand writes in a second",
    async ({ write }) => {
      for (let nth = 1; nth <= 1000; nth++) {
        write(FILES[nth % 2]!, `write ${nth}`);
        if (nth % 10 === 0) await sleep(8);
      }
    },
    "write 1000",
  ],
  [
    "a hundred files renamed into place",
    async ({ replace }) => {
      for (let nth = 1; nth <= 100; nth++) {
        replace(FILES[0]!, `file ${nth}`);
        await sleep(5);
      }
    },
    "file 100",
  ],
  [
    "a file written in pieces",
    async ({ write, append }) => {
      write(FILES[0]!, "");
      for (let nth = 1; nth <= 20; nth++) {
        append(FILES[0]!, `${nth} `);
        await sleep(20);
      }
    },
    Array.from({ length: 20 }, (_, at) => `${at + 1} `).join(""),
  ],
];

function site() {
  const folder = mkdtempSync(join(tmpdir(), "weir-storm-"));
  const path = (name: string): string => join(folder, name);
  for (const name of FILES) writeFileSync(path(name), "before");
  const seen: string[] = [];
  const watch = watchFiles(() => void seen.push(readFileSync(path(FILES[0]!), "utf8")));
  watch.files(FILES.map(path));
  return {
    seen,
    write: (name: string, text: string) => writeFileSync(path(name), text),
    append: (name: string, text: string) => appendFileSync(path(name), text),
    replace(name: string, text: string) {
      writeFileSync(path(`${name}.new`), text);
      renameSync(path(`${name}.new`), path(name));
    },
    [Symbol.dispose]() {
      watch.close();
      rmSync(folder, { recursive: true });
    },
  };
}

test.concurrent.each(STORMS)("%s", async (...[, storm, last]) => {
  using at = site();
  await firstLook();
  const beganMs = performance.now();
  await storm(at);
  const longMs = performance.now() - beganMs;
  // After a halt of the process this would be over before it is told; what is never told hangs.
  while (at.seen.at(-1) !== last) await sleep(20);
  await sleep(QUIET_MS);
  expect(at.seen.at(-1)).toBe(last);
  // Once by the folder and once more by the look at the files by name; a storm of a busy machine lasts longer.
  expect(at.seen.length).toBeLessThanOrEqual(2 + Math.floor(longMs / LONGEST_MS));
});

test.concurrent("changes without end do not put it off for ever", async () => {
  using at = site();
  const endMs = Date.now() + 60_000;
  for (let nth = 0; at.seen.length === 0 && Date.now() < endMs; nth++) {
    at.write(FILES[0]!, `write ${nth}`);
    await sleep(20);
  }
  expect(at.seen).toHaveLength(1);
});
