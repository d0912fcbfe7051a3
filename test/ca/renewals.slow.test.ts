// Renewals on and on: each pair by itself, with backoff, and what can't be renewed delays no other; `--watch` in a real process.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAuthority } from "../../src/ca/authority.ts";
import { createAuthority } from "../../src/ca/create-authority.ts";
import { issueInto } from "../../src/ca/issue.ts";
import { createRenewals, type RenewalEvent } from "../../src/ca/renewals.ts";
import { revoke } from "../../src/ca/revocation-list.ts";
import { createLog } from "../../src/core/log.ts";
import { createExpiryWatch } from "../../src/control/tls/expiry-watch.ts";
import { cleanUp, exitOf, spawnWeir } from "../support/weir-process.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const filesOf = (name: string) => ({ cert: at(`${name}.crt`), key: at(`${name}.key`) });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-renewals-"));
  await createAuthority(at("ca"), "a.test", Date.now());
});
afterEach(() => {
  cleanUp();
  rmSync(folder, { recursive: true });
});

async function issue(name: string, lifeMs: number, nowMs = Date.now()): Promise<void> {
  const names = { name, spiffeId: `spiffe://a.test/${name}`, dns: [], ips: [] };
  await issueInto(openAuthority(at("ca"), nowMs), { names, lifeMs, out: folder, nowMs });
}

test("one that is revoked and one that is broken are told of and tried later; the others are renewed", async () => {
  await issue("revoked", 3_600_000);
  await issue("good", 3_600_000);
  await issue("young", 36_000_000);
  await revoke(openAuthority(at("ca"), Date.now()), "revoked", Date.now());
  writeFileSync(at("broken.crt"), "x");
  const events: RenewalEvent[] = [];
  const renewals = createRenewals({
    folder: () => at("ca"),
    pairs: () => ["revoked", "broken", "good", "young"].map(filesOf),
    nowMs: () => Date.now() + 3_000_000,
    told: (event) => events.push(event),
  });
  renewals.start();
  await expect.poll(() => events.length).toBeGreaterThanOrEqual(4);
  await renewals.stop();
  const failed = events.filter((event) => event.kind === "failed");
  expect(events.filter(({ kind }) => kind === "renewed")).toMatchObject([{ cert: at("good.crt") }]);
  expect(failed.slice(0, 2)).toMatchObject([
    { what: at("revoked.crt"), message: expect.stringMatching(/is revoked/), retryInMs: 1_000 },
    { what: at("broken.crt"), message: expect.stringMatching(/can't be read/), retryInMs: 1_000 },
  ]);
  expect(failed.slice(2).every(({ retryInMs }) => retryInMs >= 2_000)).toBe(true);
});

test("two that revoke at once leave a list with both", async () => {
  await issue("one", 3_600_000);
  await issue("other", 3_600_000);
  const authority = openAuthority(at("ca"), Date.now());
  const serials = await Promise.all(
    ["one", "other"].map((name) => revoke(authority, name, Date.now())),
  );
  const { X509Crl } = await import("@peculiar/x509");
  const { entries } = new X509Crl(
    readFileSync(at("ca/ca.crl"), "utf8").replaceAll("X509 CRL", "CRL"),
  );
  expect(entries.map(({ serialNumber }) => serialNumber).sort()).toEqual(serials.flat().sort());
});

test("weir ca renew --watch renews in time, says what fails, and ends when told to", async () => {
  // Of two thirds of it `weir ca renew` begins in one.
  await issue("short", 20_000);
  const before = readFileSync(at("short.crt"), "utf8");
  const args = ["ca", "renew", "short.crt", "--watch", "--dir", "ca"];
  const { child, output, errors } = spawnWeir(args, { cwd: folder });
  await expect.poll(() => output()).toMatch(/^kept .*\n(renewed short\.crt, until .*\n)+/);
  expect(readFileSync(at("short.crt"), "utf8")).not.toBe(before);
  chmodSync(at("ca/ca.key"), 0o644);
  await expect
    .poll(() => errors())
    .toMatch(/could not be renewed, again in \d+ s: .*read or changed by others/);
  child.kill("SIGTERM");
  expect((await exitOf(child)).code).toBe(0);
});

test("the log tells of the first ten that end, and how many more do", () => {
  const lines: string[] = [];
  const DAY = 86_400_000;
  const fact = (days: number) => ({
    keyPath: `k[${days}]`,
    file: "f",
    names: [],
    pair: null,
    isAuthority: false,
    notBeforeMs: 0,
    notAfterMs: days * DAY,
  });
  const certificates = [400, ...Array.from({ length: 14 }, (_, n) => 104 - n)].map(fact);
  const watch = createExpiryWatch({
    certificates: () => certificates,
    nowMs: () => 92 * DAY,
    log: createLog("info", (line) => void lines.push(line)),
  });
  watch.start();
  watch.stop();
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: "warn", event: "certificate_expired", key: "k[91]" },
    { event: "certificate_expired", key: "k[92]" },
    ...Array.from({ length: 8 }, (_, n) => ({
      event: "certificate_expires_soon",
      key: `k[${93 + n}]`,
    })),
    { event: "more_certificates_expire", count: 4 },
  ]);
});
