// Policy files that change as editors, deployments and accidents change them: one reload each, the last good one kept.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { loadAll } from "../../src/control/load-all.ts";
import { createReloader, type Reloader } from "../../src/control/reloader.ts";
import { watchFiles } from "../../src/control/watch.ts";
import { silentLog } from "../../src/core/log.ts";
import { firstLook } from "../support/first-look.ts";

const MODEL = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub
`;
const CONFIG = `services: { a: { endpoints: ["http://127.0.0.1:1"] } }
routes: [{ name: r, service: a }]
policy: { model: policy/model.conf, rules: policy/rules.csv }
`;
/** Longer than the look at the files by name, and what it tells of, take. */
const QUIET_MS = 1_600;
const END_MS = 120_000;

function rulesOf(count: number): string {
  return Array.from({ length: count }, (_, at) => `p, user${at}, /, GET\n`).join("");
}

interface Site extends Disposable {
  readonly folder: string;
  readonly reloader: Reloader;
  /** Rule counts of what was published, in order. */
  readonly published: number[];
  /** Faults of tries that were refused. */
  readonly refused: string[];
  readonly rules: () => number | undefined;
}

async function started(prepare: (folder: string) => void): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "weir-watch-reload-"));
  writeFileSync(join(folder, "weir.yaml"), CONFIG);
  prepare(folder);
  const load = () => loadConfig(join(folder, "weir.yaml"), {});
  const first = await loadAll(load);
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  const published: number[] = [];
  const refused: string[] = [];
  const watch = watchFiles(() => {
    void reloader.reload().then(({ fault }) => void (fault !== null && refused.push(fault)));
  });
  const reloader = createReloader({
    initial: first.next,
    load,
    publish: ({ policy }) => {
      published.push(policy?.rules ?? 0);
      return Promise.resolve(null);
    },
    look: watch.files,
    log: silentLog,
  });
  watch.files(first.next.files);
  await firstLook();
  const rules = () => reloader.current().policy?.rules;
  return {
    folder,
    reloader,
    published,
    refused,
    rules,
    [Symbol.dispose]() {
      watch.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function plain(folder: string): void {
  mkdirSync(join(folder, "policy"));
  writeFileSync(join(folder, "policy/model.conf"), MODEL);
  writeFileSync(join(folder, "policy/rules.csv"), rulesOf(1));
}

/** As Kubernetes mounts a ConfigMap: each file links into ..data, which links to the newest version. */
function mounted(folder: string): void {
  mkdirSync(join(folder, "policy"));
  version(folder, 1);
  symlinkSync("..v1", join(folder, "policy/..data"));
  for (const name of ["model.conf", "rules.csv"])
    symlinkSync(join("..data", name), join(folder, "policy", name));
}

function version(folder: string, count: number): void {
  const path = join(folder, "policy", `..v${count}`);
  mkdirSync(path);
  writeFileSync(join(path, "model.conf"), MODEL);
  writeFileSync(join(path, "rules.csv"), rulesOf(count));
}

function remount(folder: string, count: number): void {
  version(folder, count);
  const link = join(folder, "policy/..data");
  symlinkSync(`..v${count}`, `${link}_tmp`);
  renameSync(`${link}_tmp`, link);
  rmSync(join(folder, "policy", `..v${count - 1}`), { recursive: true });
}

async function until(what: () => boolean): Promise<void> {
  for (const endMs = Date.now() + END_MS; !what(); await sleep(20)) {
    if (Date.now() > endMs) throw new Error(`in vain: ${String(what)}`);
  }
}

test.concurrent("a ConfigMap that is updated twice", async () => {
  using site = await started(mounted);
  const { folder, published, refused, rules } = site;
  remount(folder, 2);
  await until(() => rules() === 2);
  remount(folder, 3);
  await until(() => rules() === 3);
  await sleep(QUIET_MS);
  expect([published, refused]).toEqual([[2, 3], []]);
});

test.concurrent("a file renamed away, then another put there", async () => {
  using site = await started(plain);
  const { folder, published, refused, rules } = site;
  const file = join(folder, "policy/rules.csv");
  renameSync(file, `${file}~`);
  writeFileSync(file, rulesOf(2));
  await until(() => rules() === 2);
  await sleep(QUIET_MS);
  expect([published, refused]).toEqual([[2], []]);
});

test.concurrent("what is gone for a while is kept until it is back", async () => {
  using site = await started(plain);
  const { folder, published, refused, rules } = site;
  const file = join(folder, "policy/rules.csv");
  rmSync(file);
  await until(() => refused.length > 0);
  expect(refused[0]).toMatch(/policy\.rules: names no readable file/);
  expect(rules()).toBe(1);
  writeFileSync(file, rulesOf(2));
  await until(() => rules() === 2);
  expect(published).toEqual([2]);
});

test.concurrent("a whole folder that is gone, and comes back", async () => {
  using site = await started(plain);
  const { folder, reloader, refused, rules } = site;
  renameSync(join(folder, "policy"), join(folder, "away"));
  await until(() => refused.length > 0);
  expect(rules()).toBe(1);
  writeFileSync(join(folder, "away/rules.csv"), rulesOf(2));
  renameSync(join(folder, "away"), join(folder, "policy"));
  await until(() => rules() === 2);
  expect(reloader.last()).toMatchObject({ ok: true });
});

test.concurrent("a folder where the file was, which can't be read either", async () => {
  using site = await started(plain);
  const { folder, refused, rules } = site;
  const file = join(folder, "policy/rules.csv");
  rmSync(file);
  mkdirSync(file);
  await until(() => refused.length > 0);
  expect(rules()).toBe(1);
  rmSync(file, { recursive: true });
  writeFileSync(file, rulesOf(2));
  await until(() => rules() === 2);
});

// Nothing is closed to root.
test.skipIf(process.getuid?.() === 0)(
  "a file that may not be read any more, and may again",
  async () => {
    using site = await started(plain);
    const { folder, refused, rules } = site;
    const file = join(folder, "policy/rules.csv");
    chmodSync(file, 0o000);
    await until(() => refused.length > 0);
    expect(refused[0]).toMatch(/policy\.rules: names no readable file/);
    expect(rules()).toBe(1);
    writeFileSync(`${file}.new`, rulesOf(2));
    renameSync(`${file}.new`, file);
    await until(() => rules() === 2);
  },
);

// Alone: it keeps the thread busy, which the others watch from.
test("a thousand writes in a second, every other one torn", async () => {
  using site = await started(plain);
  const { folder, published, rules } = site;
  const file = join(folder, "policy/rules.csv");
  const beganMs = performance.now();
  for (let nth = 1; nth <= 1000; nth++) {
    writeFileSync(file, nth % 2 === 0 ? rulesOf(nth % 50) : `${rulesOf(1)}p, torn`);
    if (nth % 10 === 0) await sleep(8);
  }
  writeFileSync(file, rulesOf(77));
  const longMs = performance.now() - beganMs;
  await until(() => rules() === 77);
  await sleep(QUIET_MS);
  // Every two seconds of a storm at most once.
  expect(published.length).toBeLessThanOrEqual(1 + Math.ceil(longMs / 2_000));
  expect(published.at(-1)).toBe(77);
});
