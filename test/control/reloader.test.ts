// What a reload says: keys that wait for a restart, files to look at, and what was refused.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { loadAll } from "../../src/control/load-all.ts";
import { createReloader, type Reloader } from "../../src/control/reloader.ts";
import { createLog } from "../../src/core/log.ts";
import { createAuthority } from "../support/certificates.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const CONFIG = `workers: 1
services: { a: { endpoints: ["http://127.0.0.1:1"] } }
routes: [{ name: r, service: a }]
`;
const POLICY = "policy: { model: model.conf, rules: rules.csv }\n";
const MODEL = model({
  policy: "sub, obj, act",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.sub == p.sub",
});

let folder = "";
let looked: readonly string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-reload-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

async function started(config: string): Promise<Reloader> {
  write("weir.yaml", config);
  const load = () => loadConfig(join(folder, "weir.yaml"), {});
  const first = await loadAll(load);
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  return createReloader({
    initial: first.next,
    load,
    publish: () => Promise.resolve(null),
    look: (files) => (looked = files),
    log: createLog("error", () => undefined),
  });
}

test("a key waits for a restart for as long as it differs from the start", async () => {
  const reloader = await started(CONFIG);
  const restartAfter = async (config: string) => {
    write("weir.yaml", config);
    return (await reloader.reload()).restart;
  };
  const two = CONFIG.replace("workers: 1", "workers: 2");
  expect(await restartAfter(two)).toEqual(["workers"]);
  expect(await restartAfter(`${two}drain_ms: 1\n`)).toEqual(["workers"]);
  expect(await restartAfter(`${two}drain_ms: 1\n`)).toEqual(["workers"]);
  expect(await restartAfter(CONFIG)).toEqual([]);
});

test("who asks before a try has begun gets that one, who asks later another", async () => {
  write("weir.yaml", CONFIG);
  let loads = 0;
  const load = () => {
    loads += 1;
    return loadConfig(join(folder, "weir.yaml"), {});
  };
  const first = await loadAll(load);
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  const publish = () => Promise.resolve(null);
  const log = createLog("error", () => undefined);
  const reloader = createReloader({ initial: first.next, load, publish, log });
  loads = 0;
  const asked = Array.from({ length: 100 }, () => reloader.reload());
  await Promise.resolve();
  // The first is under way now: what changed since, it may not have seen.
  asked.push(...Array.from({ length: 100 }, () => reloader.reload()));
  await Promise.all(asked);
  expect([loads, new Set(asked).size]).toEqual([2, 2]);
});

test("after a refusal the files of what was refused are looked at, too", async () => {
  const reloader = await started(CONFIG);
  write("weir.yaml", CONFIG + POLICY);
  expect(await reloader.reload()).toMatchObject({ ok: false });
  expect(looked).toEqual(
    ["weir.yaml", "model.conf", "rules.csv"].map((name) => join(folder, name)),
  );
  write("model.conf", MODEL);
  write("rules.csv", "p, a, /, GET, nonsense\n");
  expect((await reloader.reload()).fault).toMatch(/rules\.csv:1: policy\.rules: a p rule has 3/);
  expect(looked).toContain(join(folder, "rules.csv"));
  write("weir.yaml", CONFIG);
  expect(await reloader.reload()).toMatchObject({ ok: true });
  expect(looked).toEqual([join(folder, "weir.yaml")]);
});

test.each(["", " \n\t\r\n"])("rules of %j are a file half written, and refused", async (rules) => {
  write("model.conf", MODEL);
  write("rules.csv", "p, alice, /, GET\n");
  const reloader = await started(CONFIG + POLICY);
  write("rules.csv", rules);
  expect((await reloader.reload()).fault).toMatch(/rules\.csv:1: policy\.rules: is empty/);
  expect(reloader.current().policy?.rules).toBe(1);
  write("rules.csv", "# nobody may do anything\n");
  expect(await reloader.reload()).toMatchObject({ ok: true });
});

test("what throws is a refusal, and the next try begins all the same", async () => {
  write("weir.yaml", CONFIG);
  const first = await loadAll(() => loadConfig(join(folder, "weir.yaml"), {}));
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  const broken = new Error("out of threads");
  const reloader = createReloader({
    initial: first.next,
    load: () => loadConfig(join(folder, "weir.yaml"), {}),
    publish: () => Promise.reject(broken),
    log: createLog("error", () => undefined),
  });
  write("weir.yaml", `${CONFIG}drain_ms: 1\n`);
  expect(await reloader.reload()).toMatchObject({ ok: false, fault: broken.message });
  write("weir.yaml", `${CONFIG}drain: 1\n`);
  const second = await reloader.reload();
  expect(second.fault).toMatch(/weir\.yaml:4: drain: /);
});

test("a policy whose files stay as they are is not built again", async () => {
  const candidate = "shadow: { model: model.conf, rules: next.csv }";
  const own = "authzen: { model: model.conf, rules: own.csv }";
  const config = `${CONFIG}policy: { model: model.conf, rules: rules.csv, ${candidate}, ${own} }\n`;
  write("model.conf", MODEL);
  for (const name of ["rules", "next", "own"]) write(`${name}.csv`, `p, ${name}, /, GET\n`);
  const reloader = await started(config);
  const images = () => {
    const { policy, shadow, authzen } = reloader.current();
    return [policy?.image, shadow?.policy?.image, authzen?.image];
  };
  const before = images();
  write("weir.yaml", `${config}drain_ms: 1\n`);
  expect(await reloader.reload()).toMatchObject({ ok: true });
  expect(reloader.current().config.drain_ms).toBe(1);
  const kept = images();
  for (const [at, image] of before.entries()) expect(kept[at]).toBe(image);

  write("next.csv", "p, next, /other, GET\n");
  expect(await reloader.reload()).toMatchObject({ ok: true });
  expect(images().map((image, at) => image === before[at])).toEqual([true, false, true]);
  // The same texts, but each rule's place bears another name.
  write("moved.csv", "p, rules, /, GET\n");
  write("weir.yaml", config.replace("rules: rules.csv", "rules: moved.csv"));
  expect(await reloader.reload()).toMatchObject({ ok: true });
  expect(reloader.current().policy?.image.source.rulesFile).toMatch(/moved\.csv$/);
  // The same files again, and what fills their r is another thing that is checked.
  const fewer = "request: [identity.subject], rules: moved.csv";
  write("weir.yaml", config.replace("rules: rules.csv", fewer));
  expect((await reloader.reload()).fault).toMatch(/r has 3 fields .* policy\.request maps 1/);
});

test("certificates are taken also while the config on disk is broken: they would expire", async () => {
  using authority = createAuthority();
  const put = (name: string): void => {
    const { cert, key } = authority.issue(name, { san: `DNS:${name}.test` });
    copyFileSync(cert, join(folder, "tls.crt"));
    copyFileSync(key, join(folder, "tls.key"));
  };
  put("first");
  const https = "{ listen: 127.0.0.1:0, certificates: [ { cert: tls.crt, key: tls.key } ] }";
  const reloader = await started(`${CONFIG}listen: { http: 127.0.0.1:0, https: ${https} }\n`);
  const names = () => reloader.current().tls.server?.pairs[0]?.names;
  write("weir.yaml", "nonsense: true");
  put("second");
  expect(await reloader.reload()).toMatchObject({ ok: false, changed: ["tls"] });
  expect(names()).toEqual(["second.test"]);
  expect(await reloader.reload()).toMatchObject({ ok: false, changed: [] });
  write("tls.key", "broken, too");
  expect(await reloader.reload()).toMatchObject({ ok: false, changed: [] });
  expect(names()).toEqual(["second.test"]);
});
