// Going back to the policy before: what decides then, over reloads and a restart, and what ends it.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { type InForce, loadAll } from "../../../src/control/load-all.ts";
import { PolicyHistories } from "../../../src/control/policy/policy-history.ts";
import { asRolledBack } from "../../../src/control/policy/rolled-back.ts";
import { createReloader } from "../../../src/control/reloader.ts";
import { silentLog } from "../../../src/core/log.ts";
import { model } from "../../policy/support.ts";

const CONFIG = `listen: { http: 127.0.0.1:0 }
admin: { listen: 127.0.0.1:0 }
data: data
services: { a: { endpoints: [ "http://127.0.0.1:9" ] } }
routes: [ { name: a, match: { path: /** }, service: a } ]
policy: { model: model.conf, rules: rules.csv }
`;
const ANY_TIME = {
  createdBy: "alert denials",
  comment: "denials: 9",
  sinceMs: 0,
  untilMs: Infinity,
};

let folder: string;
let nowMs = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-history-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  nowMs = 1_000;
  put("weir.yaml", CONFIG);
  put("model.conf", model({ roles: "", matcher: "keyMatch2(r.obj, p.obj)" }));
});

function put(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function allow(path: string): void {
  put("rules.csv", `p, *, ${path}, *, allow\n`);
}

/** As app/ puts them together. */
async function start() {
  const load = () => loadConfig(join(folder, "weir.yaml"), {});
  const loaded = await loadAll(load, null, asRolledBack);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const said: string[] = [];
  let refusal: string | null = null;
  const publish = (next: InForce): Promise<string | null> => {
    if (refusal === null) policies.took(next);
    return Promise.resolve(refusal);
  };
  const log = { ...silentLog, error: (event: string) => void said.push(event) };
  const reloader = createReloader({ initial: loaded.next, load, publish, log });
  const policies = new PolicyHistories({
    reloader,
    nowMs: () => nowMs,
    audit: { writeOwn: ({ action, details }) => void said.push([action, ...details].join(" ")) },
    log,
  });
  policies.took(reloader.current());
  return {
    reloader,
    said,
    goBack: policies.goBack,
    refuse: (fault: string) => void (refusal = fault),
    revision: () => reloader.current().policy?.revision ?? "",
  };
}

type World = Awaited<ReturnType<typeof start>>;

/** Revisions of the two. */
async function changeTo(path: string, { reloader, revision }: World): Promise<[string, string]> {
  const before = revision();
  nowMs += 1_000;
  allow(path);
  expect(await reloader.reload("files")).toMatchObject({ ok: true });
  return [before, revision()];
}

test("the policy before decides, whatever else is read again, also after a restart; who has it read ends it", async () => {
  allow("/a");
  const world = await start();
  const [good, bad] = await changeTo("/b", world);
  expect(await world.goBack(ANY_TIME)).toMatchObject({ from: bad, to: good });
  const { policy, authzen } = world.reloader.current();
  expect([policy?.revision, authzen?.revision]).toEqual([good, good]);
  put("weir.yaml", `${CONFIG}drain_ms: 1\n`);
  expect(await world.reloader.reload("files")).toMatchObject({ ok: true, changed: ["config"] });
  expect(world.revision()).toBe(good);
  const again = await start();
  expect(again.revision()).toBe(good);
  expect(again.reloader.current()).toMatchObject({
    rollback: {
      from: bad,
      to: good,
      atMs: 2_000,
      createdBy: "alert denials",
      comment: "denials: 9",
    },
    policy: {
      image: { source: { rulesFile: join(folder, "data", "policies", good, "rules.csv") } },
    },
  });
  await expect(again.goBack(ANY_TIME)).rejects.toThrow("no policy before this one is kept");
  expect(await again.reloader.reload("signal")).toMatchObject({
    ok: true,
    changed: ["policy", "authzen"],
  });
  expect([again.revision(), again.reloader.current().rollback]).toEqual([bad, null]);
  expect(again.said).toEqual([
    `policy_rollback_ended audit.from ${good} audit.to ${bad} audit.cause somebody had the files read audit.comment denials: 9`,
  ]);
  // The change is what it was: it may be taken back again.
  expect(await again.goBack(ANY_TIME)).toMatchObject({ from: bad, to: good });
});

test("another version of the files ends it, and what was good is what is gone back to from there", async () => {
  allow("/a");
  const world = await start();
  const [good] = await changeTo("/b", world);
  await world.goBack(ANY_TIME);
  const [, third] = await changeTo("/c", world);
  expect(world.said.join()).toContain("audit.cause the files say another");
  expect(await world.goBack(ANY_TIME)).toMatchObject({ from: third, to: good });
  const kept = join(folder, "data", "policies");
  expect(readdirSync(kept).toSorted()).toEqual([good, third, "history.json"].toSorted());
  expect(statSync(join(kept, good, "rules.csv")).mode & 0o777).toBe(0o600);
});

test("a change while weir was down is one, too", async () => {
  allow("/a");
  const good = (await start()).revision();
  allow("/b");
  expect(await (await start()).goBack(ANY_TIME)).toMatchObject({ to: good });
});

test("nothing is gone back to that did not change in time, and what is refused is as before", async () => {
  allow("/a");
  const world = await start();
  await expect(world.goBack(ANY_TIME)).rejects.toThrow("no policy before this one is kept");
  const [, bad] = await changeTo("/b", world);
  for (const [sinceMs, untilMs] of [
    [2_001, 3_000],
    [0, 1_999],
  ] as const) {
    const late = world.goBack({ ...ANY_TIME, sinceMs, untilMs });
    await expect(late).rejects.toThrow("1970-01-01T00:00:02.000Z: it is not what changed");
  }
  world.refuse("no worker is left");
  await expect(world.goBack(ANY_TIME)).rejects.toThrow("no worker is left");
  expect([world.revision(), (await start()).revision()]).toEqual([bad, bad]);
});

test("what is kept and can't be read refuses a start with a remedy, and says so where it can't be kept", async () => {
  allow("/a");
  const world = await start();
  await changeTo("/b", world);
  await world.goBack(ANY_TIME);
  put("data/policies/history.json", "{");
  await expect(start()).rejects.toThrow(/can't be read .* remove the folder policies in it/);
  await changeTo("/c", world).catch(() => undefined);
  expect(await world.reloader.reload("api")).toMatchObject({ ok: true });
  expect(world.said).toContain("policy_not_kept");
});
