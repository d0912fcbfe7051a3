// A candidate policy through starts and reloads: what is wrong with it is told, and touches nothing else.
import { mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { type InForce, loadAll, snapshotSource } from "../../../src/control/load-all.ts";
import { createReloader, type Reloader } from "../../../src/control/reloader.ts";
import { createLog } from "../../../src/core/log.ts";

const model = (fields: string): string =>
  `[request_definition]\nr = ${fields}\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub\n`;
const MODEL = model("sub, obj, act");
const RULES = "p, alice, /, GET\n";
const config = (policy: string): string => `workers: 1
services: { a: { endpoints: ["http://127.0.0.1:1"] } }
routes: [{ name: r, service: a }]
policy: { model: model.conf, rules: rules.csv${policy} }
`;
const SHADOW = ", shadow: { model: next.conf, rules: next.csv }";

let folder = "";
let published: InForce[] = [];
let said: Record<string, unknown>[] = [];
let looked: readonly string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-shadow-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  [published, said, looked] = [[], [], []];
  write({ "weir.yaml": config(SHADOW), "model.conf": MODEL, "rules.csv": RULES });
  write({ "next.conf": MODEL, "next.csv": `${RULES}p, bob, /, GET\n` });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const load = () => loadConfig(join(folder, "weir.yaml"), {});

async function started(): Promise<Reloader> {
  const first = await loadAll(load);
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  return createReloader({
    initial: first.next,
    load,
    publish: (next) => {
      published.push(next);
      return Promise.resolve(null);
    },
    look: (files) => (looked = files),
    log: createLog("info", (line) => said.push(JSON.parse(line) as Record<string, unknown>)),
  });
}

const faults: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
  ["a bad rule", { "next.csv": "p, bob\n" }, /next\.csv:1: policy\.shadow\.rules: a p rule has 3/],
  ["a bad model", { "next.conf": "[nonsense]\n" }, /next\.conf:\d+: policy\.shadow\.model: /],
  [
    "another arity",
    { "next.conf": model("sub, obj") },
    /next\.conf:2: policy\.shadow\.model: r has 2 fields \(sub, obj\) and policy\.request maps 3/,
  ],
  ["an empty file", { "next.csv": "" }, /next\.csv:1: policy\.shadow\.rules: is empty/],
];

test.each(faults)("%s: refused at a start, kept out by a reload", async (...[, files, fault]) => {
  const reloader = await started();
  const before = reloader.current().shadow;
  expect(before?.policy?.rules).toBe(2);
  write({ ...files, "rules.csv": `${RULES}p, carol, /, GET\n` });
  const result = await reloader.reload();
  expect(result).toMatchObject({ ok: true, fault: null });
  expect(result.shadowFault).toMatch(fault);
  const { policy, shadow } = reloader.current();
  // The enforced policy's own change is in force, and the last good candidate goes on.
  expect([policy?.rules, published.length]).toEqual([2, 1]);
  expect(shadow).toMatchObject({ policy: before?.policy, loadedAtMs: before?.loadedAtMs });
  expect(shadow?.faults.length).toBeGreaterThan(0);
  const refused = said.filter(({ event }) => event === "shadow_refused");
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatchObject({ kept: before?.policy?.revision, level: "error" });
  expect(looked).toContain(join(folder, "next.csv"));
  const start = await loadAll(load);
  expect(start).toMatchObject({ ok: false, faults: shadow?.faults });
});

const odd: readonly [string, (file: string) => void, RegExp][] = [
  ["a link to itself", (file) => symlinkSync(file, file), /can't be read \(ELOOP\)/],
  ["without an end", (file) => symlinkSync("/dev/zero", file), /is no file/],
];

test.each(odd)("rules that are %s are a fault like others", async (_, make, fault) => {
  const reloader = await started();
  unlinkSync(join(folder, "next.csv"));
  make(join(folder, "next.csv"));
  expect(await reloader.reload()).toMatchObject({
    ok: true,
    shadowFault: expect.stringMatching(fault) as string,
  });
  expect(await loadAll(load)).toMatchObject({ ok: false });
  expect(reloader.current().shadow?.policy?.rules).toBe(2);
});

test("mended as it was: told, and nothing is swapped", async () => {
  const reloader = await started();
  write({ "next.csv": "p, bob\n" });
  await reloader.reload();
  expect([published.length, reloader.last()?.shadowFault === null]).toEqual([0, false]);
  write({ "next.csv": `${RULES}p, bob, /, GET\n` });
  expect(await reloader.reload()).toMatchObject({ ok: true, shadowFault: null });
  expect(reloader.current().shadow?.faults).toEqual([]);
  expect([published.length, said.at(-1)?.["event"]]).toEqual([0, "shadow_mended"]);
});

test("a new candidate reaches the workers, and rows go on naming the same config", async () => {
  const reloader = await started();
  const before = snapshotSource(reloader.current(), {});
  write({ "next.csv": "p, dora, /, GET\n" });
  await reloader.reload();
  const after = snapshotSource(reloader.current(), {});
  const { revision } = reloader.current();
  expect([before.revision, after.revision]).toEqual([revision, revision]);
  expect([after.shadow?.rules, after.shadow?.revision]).not.toEqual([2, before.shadow?.revision]);
  expect(after.policy?.revision).toBe(before.policy?.revision);
  expect(published).toHaveLength(1);
});

test("the first candidate may be faulty while weir runs, or not be there at all", async () => {
  write({ "weir.yaml": config("") });
  const reloader = await started();
  unlinkSync(join(folder, "next.csv"));
  write({ "weir.yaml": config(SHADOW) });
  const result = await reloader.reload();
  expect(result.shadowFault).toMatch(
    /next\.csv:1: policy\.shadow\.rules: can't be read \(ENOENT\)/,
  );
  expect(reloader.current().shadow).toMatchObject({ policy: null });
  expect(published.map(({ shadow }) => shadow?.policy)).toEqual([null]);
  write({ "next.csv": RULES });
  expect(await reloader.reload()).toMatchObject({ ok: true, shadowFault: null });
  expect(reloader.current().shadow?.policy?.rules).toBe(1);
  write({ "weir.yaml": config("") });
  await reloader.reload();
  expect(reloader.current().shadow).toBeNull();
});

test("a candidate that no longer fits what the config asks of a request goes", async () => {
  const reloader = await started();
  const asked = ", request: [identity.subject, request.path]";
  write({
    "weir.yaml": config(asked + SHADOW),
    "model.conf": model("sub, obj"),
  });
  const result = await reloader.reload();
  expect(result).toMatchObject({ ok: true });
  expect(result.shadowFault).toMatch(/r has 3 fields/);
  expect(reloader.current().shadow?.policy).toBeNull();
  expect(snapshotSource(reloader.current(), {}).shadow).toBeNull();
});

test("a faulty enforced policy is refused whole, and both are named", async () => {
  const reloader = await started();
  const before = reloader.current();
  write({ "rules.csv": "p, alice\n", "next.csv": "p, bob\n" });
  const { ok, fault } = await reloader.reload();
  expect(ok).toBe(false);
  expect(fault).toMatch(/rules\.csv:1: policy\.rules: .*\n.*next\.csv:1: policy\.shadow\.rules: /);
  expect(reloader.current()).toBe(before);
});
