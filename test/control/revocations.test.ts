// Revoked tokens on disk: written before anybody is told, gone when their time is over, bounded.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  createRevocations,
  readRevocations,
  type Revocation,
} from "../../src/control/revocations.ts";

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-revocations-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "data");
}

const revocation = (jti: string, expiresAtMs: number | null = null): Revocation => ({
  issuer: "https://issuer.test",
  jti,
  revokedAtMs: 1,
  expiresAtMs,
});

function open(folder: string, initial = readRevocations(folder)) {
  let nowMs = 0;
  const told: string[][] = [];
  const revocations = createRevocations({
    folder,
    initial,
    nowMs: () => nowMs,
    publish: (revoked) => {
      // By now it must have been written.
      expect(readRevocations(folder).map(({ jti }) => jti)).toEqual(revoked.map(({ jti }) => jti));
      told.push(revoked.map(({ jti }) => jti));
      return Promise.resolve();
    },
  });
  return { revocations, told, at: (ms: number) => void (nowMs = ms) };
}

test("what is revoked is on disk, for weir alone, then told, and there again after a restart", async () => {
  const folder = place();
  const { revocations, told } = open(folder);
  expect(revocations.list()).toEqual([]);
  await Promise.all(["a", "b"].map((jti) => revocations.add(revocation(jti))));
  expect(await revocations.add(revocation("a", 5))).toBe(true);
  expect(await revocations.remove(revocation("none"))).toBe(false);
  expect(told).toEqual([["a"], ["a", "b"], ["b", "a"]]);
  expect(statSync(join(folder, "revocations.json")).mode & 0o777).toBe(0o600);
  expect(open(folder).revocations.list()).toEqual([revocation("b"), revocation("a", 5)]);
});

test("one whose token has expired is forgotten, but not while a leeway may keep the token", async () => {
  const { revocations, told, at } = open(place());
  await revocations.add(revocation("a", 5));
  at(600_004);
  expect(revocations.list()).toHaveLength(1);
  at(600_005);
  expect(revocations.list()).toEqual([]);
  await revocations.add(revocation("b"));
  expect(told.at(-1)).toEqual(["b"]);
});

test("ten thousand at most", async () => {
  const initial = Array.from({ length: 10_000 }, (_, at) => revocation(String(at)));
  const { revocations } = open(place(), initial);
  expect(await revocations.add(revocation("more"))).toBe(false);
  expect(await revocations.add(revocation("7"))).toBe(true);
});

test.each(["", "[{", "{}", '[{"issuer":1}]'])("%j is no file to begin with", (text) => {
  const folder = join(place(), "..");
  writeFileSync(join(folder, "revocations.json"), text);
  expect(() => readRevocations(folder)).toThrow("revoked tokens would hold again");
});
