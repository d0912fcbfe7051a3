// The embedded store's life: start, kills, hangs, orphans, stop; and what the rows say afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { createEmbeddedStore } from "../../../src/store/embedded/supervisor.ts";
import type { Delivery } from "../../../src/telemetry/sink.ts";
import { batch, line, startTestStore, type TestStore } from "../support.ts";

/** A dead process that nobody has waited for yet counts as dead. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("a running store", () => {
  let system: TestStore;

  beforeAll(async () => {
    system = await startTestStore();
  });
  afterAll(() => system.end());

  const count = async (service: string): Promise<unknown> => {
    const sql =
      "SELECT count() AS n, uniqExact(span_id) AS spans FROM requests WHERE service = {service:String}";
    return (await system.store.query(sql, { service })).rows[0];
  };

  const ready = (): Promise<void> => expect.poll(() => system.embedded.state().state).toBe("ready");

  test("a killed child comes back at the same address with its rows and its tokens", async () => {
    const rows = batch("before-kill", [line({ service: "kill", span_id: "a" })]);
    expect(await system.store.write(rows)).toEqual({ kind: "stored" });
    const pid = system.embedded.pid() ?? 0;
    // As an INSERT leaves it that is cut short.
    const left = join(system.folder, "engine", "insert-cut-short.native");
    writeFileSync(left, "x");
    process.kill(pid, "SIGKILL");
    await expect.poll(() => system.embedded.state().restarts).toBe(1);
    await ready();
    expect(system.embedded.pid()).not.toBe(pid);
    expect(await system.store.write(rows)).toEqual({ kind: "stored" });
    expect(await count("kill")).toEqual({ n: 1, spans: 1 });
    expect(existsSync(left)).toBe(false);
    const { rows: rolled } = await system.store.query(
      "SELECT sum(requests) AS n FROM requests_1h WHERE service = 'kill'",
    );
    expect(rolled).toEqual([{ n: 1 }]);
  });

  test("killed in the middle of inserts, retries with the same tokens leave each row once", async () => {
    const lines = (at: number): string[] =>
      Array.from({ length: 500 }, (_, n) => line({ service: "storm", span_id: `${at}-${n}` }));
    const batches = Array.from({ length: 12 }, (_, at) => batch(`storm-${at}`, lines(at)));
    const retried: Delivery[] = [];
    const restarts = system.embedded.state().restarts;
    for (const [at, one] of batches.entries()) {
      let delivery = system.store.write(one);
      if (at % 5 === 2) process.kill(system.embedded.pid() ?? 0, "SIGKILL");
      while ((await delivery).kind !== "stored") {
        retried.push(await delivery);
        await ready();
        delivery = system.store.write(one);
      }
    }
    expect(system.embedded.state().restarts).toBeGreaterThan(restarts);
    expect(retried.every((delivery) => delivery.kind === "retry")).toBe(true);
    expect(await count("storm")).toEqual({ n: 6000, spans: 6000 });
    const { rows } = await system.store.query(
      "SELECT sum(requests) AS n FROM requests_10s WHERE service = 'storm'",
    );
    expect(rows).toEqual([{ n: 6000 }]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s to the group leaves it running",
    async (signal) => {
      const pid = system.embedded.pid() ?? 0;
      process.kill(pid, signal);
      expect(await system.store.ping()).toBeNull();
      expect(system.embedded.pid()).toBe(pid);
    },
  );

  test("another weir on the same folder is told so", async () => {
    const second = createEmbeddedStore({ folder: system.folder, log: silentLog });
    await expect(second.start()).rejects.toThrow(/in use by another weir/);
    await second.stop();
    expect(await system.store.ping()).toBeNull();
  });
});

describe("alone", () => {
  const folders: string[] = [];
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "weir-store-"));
    folders.push(folder);
    return folder;
  };
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  test("a child that hangs is killed and replaced; stop is quick, twice is harmless", async () => {
    const embedded = createEmbeddedStore({
      folder: newFolder(),
      log: silentLog,
      heartbeatMs: 100,
      silenceMs: 1500,
    });
    await embedded.start();
    const pid = embedded.pid() ?? 0;
    process.kill(pid, "SIGSTOP");
    // A busy machine may leave the next one without a word for as long, too.
    await expect.poll(() => embedded.state().restarts).toBeGreaterThanOrEqual(1);
    await expect.poll(() => embedded.state().state).toBe("ready");
    expect(isAlive(pid)).toBe(false);
    const started = performance.now();
    await embedded.stop();
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(embedded.state().state).toBe("down");
    await embedded.stop();
  });

  test("a child is not silent for the time in which nobody could hear it", async () => {
    const options = { folder: newFolder(), log: silentLog, heartbeatMs: 100, silenceMs: 15_000 };
    const embedded = createEmbeddedStore(options);
    await embedded.start();
    const pid = embedded.pid();
    // By the clock this process was halted for a minute.
    const now = Date.now;
    const spy = vi.spyOn(Date, "now").mockImplementation(() => now() + 60_000);
    onTestFinished(() => spy.mockRestore());
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([embedded.pid(), embedded.state()]).toMatchObject([pid, { state: "ready" }]);
    await embedded.stop();
  });

  test("a child ends with its parent; one that hangs does not block the next start", async () => {
    const folder = newFolder();
    const parentOf = async (): Promise<readonly [ReturnType<typeof spawn>, number]> => {
      const parent = spawn(process.execPath, [join(import.meta.dirname, "parent.ts"), folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
      return [parent, Number(String(chunk))] as const;
    };
    const [first, child] = await parentOf();
    first.kill("SIGKILL");
    await expect.poll(() => isAlive(child)).toBe(false);

    const [second, hanging] = await parentOf();
    process.kill(hanging, "SIGSTOP");
    second.kill("SIGKILL");
    await once(second, "exit");
    const embedded = createEmbeddedStore({ folder, log: silentLog });
    await embedded.start();
    expect(isAlive(hanging)).toBe(false);
    await embedded.stop();
  });

  test("stop at once after start leaves no child", async () => {
    const embedded = createEmbeddedStore({ folder: newFolder(), log: silentLog });
    const starting = embedded.start().catch((error: unknown) => error);
    await expect.poll(() => embedded.pid()).toBeGreaterThan(0);
    const pid = embedded.pid() ?? 0;
    await embedded.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await starting).toBeInstanceOf(Error);
  });
});
