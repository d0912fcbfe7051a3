// A renewal by weir's own CA while it runs: the files are replaced, and the reload says whose doing it is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAuthority } from "../../../src/ca/authority.ts";
import { createAuthority } from "../../../src/ca/create-authority.ts";
import { issueInto } from "../../../src/ca/issue.ts";
import { createCertificateRenewals } from "../../../src/control/tls/certificate-renewals.ts";
import { loadConfigObject } from "../../../src/config/load.ts";
import { loadAll } from "../../../src/control/load-all.ts";
import { createReloader, type ReloadResult } from "../../../src/control/reloader.ts";
import { silentLog } from "../../../src/core/log.ts";

const HOUR_MS = 3_600_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-renewals-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("it is a cause of its own, whose reload has an audit row that none at the API has", async () => {
  const nowMs = Date.now();
  const ca = join(folder, "ca");
  await createAuthority(ca, "a.test", nowMs);
  const names = { name: "weir", spiffeId: "spiffe://a.test/weir", dns: ["weir.test"], ips: [] };
  await issueInto(openAuthority(ca, nowMs), { names, lifeMs: HOUR_MS, out: folder, nowMs });
  const load = () =>
    loadConfigObject(
      {
        ca,
        listen: {
          http: "127.0.0.1:0",
          https: {
            listen: "127.0.0.1:0",
            certificates: [{ cert: join(folder, "weir.crt"), key: join(folder, "weir.key") }],
          },
        },
        services: { s: { endpoints: ["http://127.0.0.1:1"] } },
        routes: [{ name: "r", service: "s" }],
      },
      folder,
      {},
    );
  const first = await loadAll(load);
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  const ended = Promise.withResolvers<ReloadResult>();
  const reloader = createReloader({
    initial: first.next,
    load,
    publish: async () => null,
    ended: ended.resolve,
    log: silentLog,
  });
  const renewals = createCertificateRenewals({
    reloader,
    nowMs: () => nowMs + HOUR_MS - 60_000,
    log: silentLog,
  });
  renewals.start();
  try {
    expect(await ended.promise).toMatchObject({ ok: true, causes: ["renewal"], changed: ["tls"] });
    expect(renewals.counts()).toEqual({ renewed: 1, failed: 0 });
  } finally {
    await renewals.stop();
  }
});
