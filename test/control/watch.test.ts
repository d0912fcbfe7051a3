// A change is told whichever way a file comes to be another one.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchFiles } from "../../src/control/watch.ts";
import { firstLook } from "../support/first-look.ts";

const RULES = join("current", "rules.csv");

/** A folder with current/rules.csv in it, and what waits until a change of that is told. */
function site(prepare: (folder: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), "weir-watch-"));
  prepare(folder);
  let told = (): void => undefined;
  const watch = watchFiles(() => told());
  watch.files([join(folder, RULES)]);
  return {
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    folder,
    watch,
    change: () => new Promise<void>((resolve) => (told = resolve)),
    [Symbol.dispose]() {
      watch.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function plain(folder: string): void {
  mkdirSync(join(folder, "current"));
  writeFileSync(join(folder, RULES), "one");
}

/** As deployments do it: current is a link to one of several folders. */
function released(folder: string): void {
  for (const release of ["1", "2"]) {
    mkdirSync(join(folder, release));
    writeFileSync(join(folder, release, "rules.csv"), `release ${release}`);
  }
  symlinkSync("1", join(folder, "current"));
}

function linked(folder: string): void {
  mkdirSync(join(folder, "current"));
  writeFileSync(join(folder, "elsewhere.csv"), "one");
  symlinkSync("../elsewhere.csv", join(folder, RULES));
}

type Site = ReturnType<typeof site>;
const changes: readonly [string, (folder: string) => void, (at: Site) => void][] = [
  ["an edit in place", plain, ({ write }) => write(RULES, "two")],
  [
    "a rename over it",
    plain,
    ({ folder, write }) => {
      write("new", "two");
      renameSync(join(folder, "new"), join(folder, RULES));
    },
  ],
  ["its end", plain, ({ folder }) => rmSync(join(folder, RULES))],
  ["an edit of what it links to", linked, ({ write }) => write("elsewhere.csv", "two")],
  [
    "a folder put in place of its folder",
    plain,
    ({ folder }) => {
      renameSync(join(folder, "current"), join(folder, "before"));
      plain(folder);
    },
  ],
  [
    "a link to its folder that is swapped",
    released,
    ({ folder }) => {
      symlinkSync("2", join(folder, "new"));
      renameSync(join(folder, "new"), join(folder, "current"));
    },
  ],
];

// Together, as they mostly wait.
test.concurrent.each(changes)("%s", async (...[, prepare, change]) => {
  using at = site(prepare);
  const told = at.change();
  await firstLook();
  change(at);
  await told;
});

test.concurrent("a file that comes to be, and nothing after the end", async () => {
  using at = site((folder) => mkdirSync(join(folder, "current")));
  const told = at.change();
  at.write(RULES, "one");
  await told;
  let after = 0;
  void at.change().then(() => (after += 1));
  at.watch.close();
  at.write(RULES, "two");
  await sleep(1_500);
  expect(after).toBe(0);
});
