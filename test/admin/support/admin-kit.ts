// An admin server over parts that a test gives, and the small things every admin test does.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadAlerts } from "../../../src/alerts/load-alerts.ts";
import type { AdminParts } from "../../../src/admin/parts.ts";
import { type Admin, startAdmin } from "../../../src/admin/server.ts";
import type { AdminOptions } from "../../../src/config/config.ts";
import { upstreamConfig } from "../../../src/config/upstream-config.ts";
import { loadAdminRoles } from "../../../src/control/admin-roles.ts";
import { silentLog } from "../../../src/core/log.ts";
import { loadDashboards } from "../../../src/store/dashboards.ts";
import type { DrainStats } from "../../../src/telemetry/drain.ts";

const loadedRoles = await loadAdminRoles({ rules: "", tokens: [], certificates: [] });
if (!loadedRoles.ok) throw new Error("the built-in roles are wrong");
const { roles } = loadedRoles;
const dashboards = loadDashboards();

/** What reloading answers: nothing was to be done. */
export const RELOADED = {
  atMs: 0,
  ok: true,
  fault: null,
  shadowFault: null,
  tlsFault: null,
  restart: [],
  causes: ["api"],
  before: "one",
  after: "one",
  changed: [],
} as const;

export const IDLE_DRAIN: DrainStats = {
  pendingBytes: 0,
  pendingRows: 0,
  storedRows: 0,
  droppedRows: 0,
  rejectedRows: 0,
  deadLetterBytes: 0,
  droppedLetters: 0,
  tornLines: 0,
  lastError: null,
  lastStoredAtMs: 0,
  lagMs: 0,
};

/** Parts, and what its config says of who is let in. */
type Changes = Partial<AdminParts> &
  Partial<Pick<AdminOptions, "token" | "tokens" | "certificates">>;

export function adminParts(all: Changes = {}): AdminParts {
  const { token = "", tokens = [], certificates = [], ...changes } = all;
  const loaded = upstreamConfig("http://127.0.0.1:1");
  if (!loaded.ok) throw new Error("the test's config is wrong");
  const { revision } = loaded;
  const admin = { ...loaded.config.admin, token, tokens, certificates };
  const config = { ...loaded.config, admin };
  return {
    listen: { host: "127.0.0.1", port: 0 },
    proxy: "http://127.0.0.1:8080",
    audit: {
      writable: () => true,
      write: () => true,
    },
    instance: "test-1",
    version: "0.0.0",
    startedAtMs: Date.now(),
    log: silentLog,
    running: () => ({
      config,
      revision,
      policy: null,
      rollback: null,
      shadow: null,
      authzen: null,
      tls: { certificates: [], faults: [], admin: null },
      roles,
      loadedAtMs: 0,
    }),
    lastReload: () => null,
    reload: () => Promise.resolve(RELOADED),
    dashboards: () => dashboards,
    store: () => null,
    storeHealth: () => ({ kind: "embedded", state: "starting", sinceMs: 0, error: null }),
    forgottenBytes: () => 0,
    spans: () => ({ sent: 40, failed: 2, dropped_rows: 1 }),
    drain: () => IDLE_DRAIN,
    signals: () => new Map(),
    collector: () => null,
    workers: () => 1,
    handshakeFailures: () => [{ listener: "admin", reason: "timeout", count: 3 }],
    handshakeFailed: () => undefined,
    ticketSecrets: { current: () => new Uint8Array(32), listen: () => undefined },
    refusedConnections: () => [
      ["connections", 0],
      ["source_connections", 3],
    ],
    services: () => [],
    holds: { list: () => [], add: () => "unknown", remove: () => undefined },
    saveCase: () => ({ ok: false, reason: "unusable", message: "no policy is in force" }),
    rows: { subscribe: () => () => undefined },
    explain: () => Promise.resolve("no_policy"),
    findUnused: () => Promise.resolve("no_policy"),
    alerting: {
      rules: () => [],
      notifiers: () => [],
      silencedBy: () => [],
      silences: () => [],
      addSilence: () => true,
      removeSilence: () => undefined,
      loaded: () => loadAlerts("", { panels: new Map(), routes: [], env: {} }),
      good: () => Promise.resolve([]),
      ask: () => Promise.reject(new Error("nothing is asked here")),
    },
    authzen: { point: () => Promise.resolve(null), open: () => null },
    renewals: () => null,
    revocations: {
      list: () => [],
      add: () => Promise.resolve(true),
      remove: () => Promise.resolve(false),
    },
    ui: "/nonexistent",
    ...changes,
  };
}

export interface TestAdmin extends Admin {
  readonly url: string;
}

/** Closed when the test ends. */
export async function startTestAdmin(changes: Changes = {}): Promise<TestAdmin> {
  const admin = await startAdmin(adminParts(changes));
  onTestFinished(() => admin.close());
  return { ...admin, url: `http://127.0.0.1:${admin.address.port}` };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-admin-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>;
  return { ...body, type: response.headers.get("content-type"), status: response.status };
}
