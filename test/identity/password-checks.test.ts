// Hashes of passwords, and a worker's verifications: known vectors, their order and end, and what is remembered.
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import { createPasswordChecks } from "../../src/identity/password-checks.ts";
import {
  decoyHash,
  hashPassword,
  parsePasswordHash,
  passwordFault,
  verifyNow,
} from "../../src/identity/password-hash.ts";

const COST = { memoryKib: 4_096, passes: 1, parallelism: 1 };

function parsed(text: string) {
  const hash = parsePasswordHash(text);
  if (typeof hash === "string") throw new Error(hash);
  return hash;
}

describe("a password's hash", () => {
  // Of the reference implementation's own tests (phc-winner-argon2, src/test.c, version 0x13).
  it.each([
    ["$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"],
    ["$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg"],
  ])("%s is the one of the reference implementation", async (text) => {
    expect(verifyNow("password", parsed(text))).toBe(true);
    expect(verifyNow("passwore", parsed(text))).toBe(false);
  });

  it("has a salt of its own, and is known by that password alone, however typed", async () => {
    const [one, other] = await Promise.all([1, 2].map(() => hashPassword("grün und blau", COST)));
    expect(one).not.toBe(other);
    expect(verifyNow("gru\u0308n\u00a0und blau", parsed(one!))).toBe(true);
    expect(verifyNow("grun und blau", parsed(one!))).toBe(false);
  });

  it("of nobody is no password's", async () => {
    expect(verifyNow("password", decoyHash(COST))).toBe(false);
  });

  it.each([
    ["seven77", "a password has at least 8 characters"],
    ["eight888", ""],
    ["with\ttab", "a password must not contain control characters"],
    ["ü".repeat(257), "a password has at most 512 bytes"],
  ])("%j: %j", (password, fault) => {
    expect(passwordFault(password)).toBe(fault);
  });
});

class HandClock implements Clock {
  seconds = 0;
  readonly nowNs = (): number => this.seconds * 1e9;
  readonly wallMs = (): number => 0;
}

/** Verifications that end when they are told to. */
function held() {
  const begun: { readonly password: string; readonly end: (isRight: boolean) => void }[] = [];
  const verify = (password: string): Promise<boolean> =>
    new Promise((resolve) => void begun.push({ password, end: resolve }));
  const clock = new HandClock();
  const checks = createPasswordChecks({ clock, random: () => 1, verify });
  const check = (password: string): Promise<boolean | null> | null =>
    checks.verify({ id: password, password, hash: decoyHash(COST) });
  return { begun, clock, checks, check };
}

describe("verifications", () => {
  it("come one after the other, in their order", async () => {
    const { begun, check } = held();
    const all = ["a", "b", "c"].map((each) => check(each));
    for (const [at, password] of ["a", "b", "c"].entries()) {
      await new Promise(setImmediate);
      expect(begun.map((each) => each.password)).toHaveLength(at + 1);
      expect(begun[at]!.password).toBe(password);
      begun[at]!.end(password === "b");
    }
    expect(await Promise.all(all.map(async (each) => each))).toEqual([false, true, false]);
  });

  it("of the same are one", async () => {
    const { begun, check } = held();
    const all = Array.from({ length: 100 }, () => check("a"));
    await new Promise(setImmediate);
    expect(begun).toHaveLength(1);
    begun[0]!.end(true);
    expect(new Set(await Promise.all(all.map(async (each) => each)))).toEqual(new Set([true]));
  });

  it("are refused when 32 wait, and taken again when fewer do", async () => {
    const { begun, check } = held();
    const all = Array.from({ length: 40 }, (_, at) => check(String(at)));
    expect(all.filter((each) => each === null)).toHaveLength(7);
    await new Promise(setImmediate);
    begun[0]!.end(false);
    await all[0];
    expect(check("late")).not.toBeNull();
  });

  it("that could not be tried hold up nobody", async () => {
    let calls = 0;
    const verify = (): Promise<boolean | null> => Promise.resolve(calls++ === 0 ? null : true);
    const checks = createPasswordChecks({ clock: new HandClock(), random: () => 0, verify });
    const hash = decoyHash(COST);
    expect(await checks.verify({ id: "a", password: "a", hash })).toBeNull();
    expect(await checks.verify({ id: "a", password: "a", hash })).toBe(true);
  });
});

describe("what was verified", () => {
  it("is fresh for a minute at most, and known beyond it", () => {
    const { checks, clock } = held();
    const key = checks.keyOf("Basic YTpi");
    expect(key).not.toContain("YTpi");
    expect(checks.remembered(key)).toBeUndefined();
    checks.remember(key, "alice", "$hash");
    const remembered = checks.remembered(key)!;
    expect(remembered).toMatchObject({ name: "alice", hash: "$hash" });
    clock.seconds = 44.9;
    expect(checks.isFresh(remembered)).toBe(true);
    clock.seconds = 45;
    expect(checks.isFresh(remembered)).toBe(false);
  });

  it("is bounded: the oldest goes", () => {
    const { checks } = held();
    for (let at = 0; at <= 10_000; at++) checks.remember(String(at), "alice", "$hash");
    expect(checks.remembered("0")).toBeUndefined();
    expect(checks.remembered("1")).toBeDefined();
    expect(checks.remembered("10000")).toBeDefined();
  });

  it("is looked up under another key in every worker", () => {
    expect(held().checks.keyOf("x")).not.toBe(held().checks.keyOf("x"));
  });
});
