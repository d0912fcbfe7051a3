// Keys of issuers over real workers: fetched once for all of them, also by those that start later.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfigObject } from "../../src/config/load.ts";
import { type DataPlane, startDataPlane } from "../../src/control/data-plane.ts";
import { KeySets } from "../../src/control/key-sets.ts";
import { type InForce, loadAll } from "../../src/control/load-all.ts";
import { openSpool } from "../../src/control/open-spool.ts";
import { createLog, silentLog } from "../../src/core/log.ts";
import { openWorkerThread } from "../../src/proxy/worker-thread.ts";
import {
  createSigner,
  ISSUER,
  manualClock,
  startIssuer,
  type Signer,
  tokenOptions,
} from "../identity/tokens/support.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const setOf = (...signers: readonly Signer[]) => ({ keys: signers.map(({ jwk }) => jwk) });

async function inForce(upstream: string, jwksUrls: readonly string[]): Promise<InForce> {
  const folder = mkdtempSync(join(tmpdir(), "weir-key-sets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const tokens = jwksUrls.map((jwks_url, at) => ({
    issuer: at === 0 ? ISSUER : `${ISSUER}/${at}`,
    audience: ["orders"],
    jwks_url,
  }));
  const document = {
    listen: { http: "127.0.0.1:0" },
    data: folder,
    workers: 2,
    services: { app: { endpoints: [upstream] } },
    identity: { tokens, failures: { per_source_per_minute: 0 } },
    routes: [{ name: "all", service: "app", authenticate: ["jwt"] }],
  };
  const loaded = await loadAll(() => Promise.resolve(loadConfigObject(document, folder, {})));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.next;
}

async function start(initial: InForce, log: string[] = []): Promise<DataPlane> {
  const plane = await startDataPlane({
    revoked: [],
    initial,
    spool: openSpool(initial.config, 2),
    first: openWorkerThread({ index: 0, log: silentLog }),
    log: createLog("info", (line) => void log.push(line)),
  });
  onTestFinished(() => plane.workers.drain(0));
  await plane.workers.startOthers();
  return plane;
}

/** Over a new connection each time, so that all workers are asked. */
async function statuses(plane: DataPlane, tokens: readonly string[]): Promise<Set<number>> {
  const all = tokens.map(async (token) => {
    const headers = { authorization: `Bearer ${token}`, connection: "close" };
    return (await fetch(`http://127.0.0.1:${plane.workers.ports.http}/`, { headers })).status;
  });
  return new Set(await Promise.all(all));
}

const exp = Math.ceil(Date.now() / 1_000) + 300;

function manyOf(signer: Signer, iss = ISSUER): Promise<string[]> {
  const sign = (_: unknown, at: number) =>
    signer.sign({ iss, sub: "alice", aud: "orders", exp, jti: `${at}` });
  return Promise.all(Array.from({ length: 40 }, sign));
}

test("two workers, many tokens, unknown key names: one fetch; a reload's new issuer: one more", async () => {
  await using upstream = await startUpstream(answerOk);
  const [known, unknown] = await Promise.all([createSigner(), createSigner("ES256", "k2")]);
  const issuer = await startIssuer({ "/keys": setOf(known), "/other": setOf(unknown) });
  const keys = `${issuer.url}/keys`;
  const plane = await start(await inForce(upstream.url, [keys]));
  expect(await statuses(plane, await manyOf(known))).toEqual(new Set([200]));
  expect(await statuses(plane, await manyOf(unknown))).toEqual(new Set([401]));
  expect(issuer.asked.map(({ path }) => path)).toEqual(["/keys"]);
  const next = await inForce(upstream.url, [keys, `${issuer.url}/other`]);
  expect(await plane.publish(next)).toBeNull();
  expect(await statuses(plane, await manyOf(unknown, `${ISSUER}/1`))).toEqual(new Set([200]));
  expect(issuer.asked.map(({ path }) => path)).toEqual(["/keys", "/other"]);
});

test("an issuer that is away at first: everybody waits for one fetch, and is told to come again", async () => {
  await using upstream = await startUpstream(answerOk);
  const issuer = await startIssuer();
  const log: string[] = [];
  const startedMs = performance.now();
  const plane = await start(await inForce(upstream.url, [`${issuer.url}/keys`]), log);
  const tokens = await manyOf(await createSigner());
  expect(await statuses(plane, tokens)).toEqual(new Set([503]));
  // While no key is known, a token may ask again after 5 s, which a busy machine takes to get here.
  const times = 1 + Math.floor((performance.now() - startedMs) / 5_000);
  expect(issuer.asked.length).toBeLessThanOrEqual(times);
  expect(log.filter((line) => line.includes("keys_not_fetched"))).toHaveLength(issuer.asked.length);
});

test("rotated keys: fetched on an unknown name, told of before those who asked are answered", async () => {
  const [old, fresh] = await Promise.all([createSigner(), createSigner("ES256", "k2")]);
  const issuer = await startIssuer({ "/keys": setOf(old) });
  const clock = manualClock();
  const sets = new KeySets({ clock, log: silentLog });
  const options = tokenOptions({ jwks_url: `${issuer.url}/keys` });
  const place = `${ISSUER}\n${issuer.url}/keys`;
  const told: string[] = [];
  sets.listen(() => void told.push(...sets.current().map(({ text }) => text)));
  sets.follow([options, options]);
  await sets.refresh(place);
  expect(told).toEqual([JSON.stringify(setOf(old))]);
  issuer.answers.set("/keys", setOf(fresh));
  await sets.refresh(place);
  clock.pass(30_000);
  await Promise.all([sets.refresh(place), sets.refresh(place), sets.refresh("unknown")]);
  expect(told.slice(1)).toEqual([JSON.stringify(setOf(fresh))]);
  expect(issuer.asked).toHaveLength(2);
  const others = tokenOptions({ issuer: "https://other.test", jwks_url: `${issuer.url}/other` });
  expect(await sets.followAfter(() => Promise.resolve("no"), [others])).toBe("no");
  expect(sets.current().map((each) => each.place)).toEqual([place]);
  expect(await sets.followAfter(() => Promise.resolve(null), [])).toBeNull();
  await sets.refresh(place);
  expect(sets.current()).toEqual([]);
});
