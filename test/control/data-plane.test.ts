// Publishing to real workers: a config that one of them refuses leaves nothing behind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { upstreamConfig } from "../../src/config/upstream-config.ts";
import { startDataPlane } from "../../src/control/data-plane.ts";
import type { InForce } from "../../src/control/load-all.ts";
import { openSpool } from "../../src/control/open-spool.ts";
import { PemReading } from "../../src/control/tls/pem-reading.ts";
import { silentLog } from "../../src/core/log.ts";
import { openWorkerThread } from "../../src/proxy/worker-thread.ts";

const NO_TLS: InForce["tls"] = {
  revision: "",
  server: null,
  admin: null,
  collector: null,
  upstreams: {},
  certificates: [],
  faults: [],
  held: new PemReading().held,
};

const folder = mkdtempSync(join(tmpdir(), "weir-data-plane-"));
/** What no worker can attach. */
const BAD = { roles: "none" } as never;

const NOBODY = { revision: "", rules: 0, decide: () => expect.fail("nobody asks") };

/** One service with these endpoints; a policy that the main thread took and no worker will. */
function inForce(revision: string, ports: readonly number[], isBad = false): InForce {
  const overrides = { listen: "127.0.0.1:0", data: folder };
  const loaded = upstreamConfig(`http://127.0.0.1:${ports[0]}`, overrides);
  if (!loaded.ok) throw new Error("the test's config is wrong");
  const { config } = loaded;
  const endpoints = ports.map((port) => ({ url: `http://127.0.0.1:${port}`, weight: 1 }));
  const service = { ...Object.values(config.services)[0]!, endpoints };
  return {
    revision,
    config: { ...config, services: { upstream: service } },
    policy: isBad ? { image: BAD, revision: "bad", rules: 0 } : null,
    rollback: null,
    shadow: null,
    authzen: null,
    tls: NO_TLS,
    users: null,
    roles: { snapshot: NOBODY, names: [], rules: [] },
    files: [],
    openSecrets: [],
    loadedAtMs: 0,
  };
}

test("endpoints keep their slots when a config between was refused", async () => {
  const initial = inForce("first", [4001, 4002]);
  const plane = await startDataPlane({
    revoked: [],
    initial,
    spool: openSpool(initial.config, 1),
    first: openWorkerThread({ index: 0, log: silentLog }),
    log: silentLog,
  });
  onTestFinished(async () => {
    await plane.workers.drain(0);
    rmSync(folder, { recursive: true });
  });
  const before = plane.balanced();
  expect(await plane.publish(inForce("refused", [4003], true))).not.toBeNull();
  expect(plane.balanced()).toBe(before);
  expect(await plane.publish(inForce("next", [4001, 4002, 4004]))).toBeNull();
  const [kept] = Object.values(before.slots);
  const [now] = Object.values(plane.balanced().slots);
  expect(now?.endpoints.slice(0, 2)).toEqual(kept?.endpoints);
  expect(now?.service).toBe(kept?.service);
});
