// Passwords verified in a thread of their own: right and wrong ones, its priority, and what happens when it ends.
import { getPriority } from "node:os";
import { readdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { decoyHash, hashPassword, parsePasswordHash } from "../../src/identity/password-hash.ts";
import { createPasswordVerifier } from "../../src/identity/password-verifier.ts";

const COST = { memoryKib: 4_096, passes: 1, parallelism: 1 };
const CRASHES = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ password }) => {
      if (password === "crash") throw new Error("gone");
      parentPort.postMessage(password === "right" ? true : password === "wrong" ? false : null);
    });`)}`,
);

test("right and wrong ones, in the order they were asked", async () => {
  const verify = createPasswordVerifier();
  const hash = parsePasswordHash(await hashPassword("correct horse", COST));
  if (typeof hash === "string") throw new Error(hash);
  const asked = ["correct horse", "wrong horse", "correct horse"];
  const answers = await Promise.all(asked.map((password) => verify(password, hash)));
  expect(answers).toEqual([true, false, true]);
  expect(await verify("correct horse", decoyHash(COST))).toBe(false);
});

test.runIf(process.platform === "linux")("the thread alone gives way to the others", async () => {
  const before = getPriority(process.pid);
  await createPasswordVerifier()("any password", decoyHash(COST));
  const threads = readdirSync("/proc/self/task").map(Number);
  const named = threads.filter((id) => commandOf(id).startsWith("weir-passwords"));
  expect(named.length).toBeGreaterThan(0);
  for (const id of named) expect(getPriority(id)).toBe(10);
  expect(getPriority(process.pid)).toBe(before);
});

/** Empty where it has ended since it was listed. */
function commandOf(thread: number): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, "utf8");
  } catch {
    return "";
  }
}

test("a thread that ends takes what waits along, and another one takes what comes", async () => {
  const verify = createPasswordVerifier(CRASHES);
  const hash = decoyHash(COST);
  expect(await verify("right", hash)).toBe(true);
  const lost = ["crash", "right"].map((password) => verify(password, hash));
  expect(await Promise.all(lost)).toEqual([null, null]);
  expect(await verify("wrong", hash)).toBe(false);
  expect(await verify("unusable", hash)).toBeNull();
  expect(await verify("right", hash)).toBe(true);
});

test("it keeps no worker from ending", async () => {
  const worker = new Worker(new URL("support/verifying-child.ts", import.meta.url));
  expect(await once(worker, "message")).toEqual([false]);
  worker.postMessage("close");
  expect(await once(worker, "exit")).toEqual([0]);
});
