// The data plane in this process: no worker threads and no store, its rows in an array.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { createSharedClock } from "../../src/balancer/shared-clock.ts";
import { createSharedMemory, SharedState } from "../../src/balancer/shared-state.ts";
import { createSlotTable } from "../../src/balancer/slot-table.ts";
import { loadConfig } from "../../src/config/load.ts";
import { loadAll, snapshotSource } from "../../src/control/load-all.ts";
import { createLog } from "../../src/core/log.ts";
import { RevokedTokens } from "../../src/identity/tokens/revoked-tokens.ts";
import { createFailureCells } from "../../src/identity/failure-limits.ts";
import { createPipeline } from "../../src/proxy/pipeline.ts";
import {
  createRefusedConnections,
  refusedConnections,
} from "../../src/proxy/refused-connections.ts";
import type { RowLog } from "../../src/proxy/row-batch.ts";
import { createHandshakeFailures, handshakeFailures } from "../../src/proxy/handshake-failures.ts";
import { openListeners } from "../../src/proxy/listeners.ts";
import { createSnapshotBuilder } from "../../src/proxy/snapshot-builder.ts";
import type { SnapshotSource } from "../../src/proxy/worker-protocol.ts";
import { createPropagation } from "../../src/telemetry/propagation.ts";
import type { RequestRecord } from "../../src/telemetry/record.ts";
import { createSampler } from "../../src/telemetry/sampler.ts";
import { createIds } from "../../src/telemetry/span-ids.ts";

/** What a test says about the proxy; the rest has defaults. */
export interface ProxySetup {
  /** As in weir.yaml; without services and routes, everything goes to `upstreams`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly upstreams?: readonly string[];
  /** casbin's model and rules as text. */
  readonly policy?: { readonly model: string; readonly rules: string; readonly explain?: boolean };
  /** The candidate beside it. */
  readonly shadow?: { readonly model: string; readonly rules: string };
  /** The text of a file that the config may name "users". */
  readonly users?: string;
  /** `policy.request`. */
  readonly request?: readonly string[];
  /** Where rows go instead of `rows`. */
  readonly rowLog?: RowLog;
}

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** 0 without `listen.https`. */
  readonly httpsPort: number;
  /** Copies made when they were sealed. */
  readonly rows: RequestRecord[];
  /** Lines of weir's own log. */
  readonly log: string[];
  /** Clients closed at once, by the limit they met. */
  readonly refused: () => Readonly<Record<string, number>>;
  /** TLS handshakes that came to nothing, kinds that came up. */
  readonly handshakeFailures: () => ReturnType<typeof handshakeFailures>;
  /** Resolves when the nth row (from 0) is there. */
  readonly row: (nth: number) => Promise<RequestRecord>;
  readonly revoked: RevokedTokens;
  readonly swap: (setup: ProxySetup) => Promise<void>;
  readonly drain: (graceMs: number) => Promise<void>;
}

export async function startProxy(setup: ProxySetup): Promise<TestProxy> {
  const memory = createSharedMemory({ workers: 1 });
  const shared = new SharedState(memory);
  const clock = createSharedClock(memory);
  const table = createSlotTable(shared);
  const ids = createIds();
  const lines: string[] = [];
  const log = createLog("info", (line) => void lines.push(line));
  const revoked = new RevokedTokens();
  const builder = createSnapshotBuilder({
    shared,
    worker: 0,
    failures: createFailureCells(),
    clock,
    log,
    revoked,
    propagation: createPropagation({
      propagators: ["tracecontext", "baggage"],
      sampler: createSampler({}, log.warn),
      ids,
      warn: log.warn,
    }),
  });
  const sourceOf = async (next: ProxySetup): Promise<SnapshotSource> => {
    const source = await readSource(next);
    return { ...source, slots: table.assign(source.config.services, clock.nowNs()) };
  };
  const source = await sourceOf(setup);
  let current = await builder.build(source);
  const captured = captureRows();
  const rows = setup.rowLog ?? captured.rowLog;
  const pipeline = createPipeline({ clock, ids, rows, log, current: () => current });
  const refused = createRefusedConnections();
  const failures = createHandshakeFailures();
  const cells = { refusedConnections: refused, handshakeFailures: failures };
  const listeners = openListeners(
    { limits: current.limits, ...pipeline },
    {
      source,
      ports: { http: 0, https: 0 },
      reusePort: false,
      ...cells,
      ticketSecret: new Uint8Array(32),
    },
  );
  const ports = await listeners.listen();
  return {
    port: ports.http,
    httpsPort: ports.https,
    log: lines,
    handshakeFailures: () => handshakeFailures(failures).filter(({ count }) => count > 0),
    refused: () => Object.fromEntries(refusedConnections(refused)),
    revoked,
    rows: captured.rows,
    row: captured.row,
    drain: listeners.drain,
    async swap(next) {
      const source = await sourceOf(next);
      current = await builder.build(source);
      if (source.tls !== null) listeners.renew(source.tls);
    },
    async [Symbol.asyncDispose]() {
      await listeners.drain(0);
      await builder.close();
    },
  };
}

interface CapturedRows {
  readonly rows: RequestRecord[];
  readonly rowLog: RowLog;
  readonly row: (nth: number) => Promise<RequestRecord>;
}

function captureRows(): CapturedRows {
  const rows: RequestRecord[] = [];
  const waiting: (() => void)[] = [];
  return {
    rows,
    rowLog: {
      append(record) {
        rows.push(structuredClone(record));
        for (const wake of waiting.splice(0)) wake();
        return true;
      },
      writable: () => true,
    },
    async row(nth) {
      while (rows.length <= nth) await new Promise<void>((resolve) => waiting.push(resolve));
      return rows[nth]!;
    },
  };
}

/** Through the same files and the same loader as in earnest. */
async function readSource(setup: ProxySetup): Promise<Omit<SnapshotSource, "slots">> {
  const folder = mkdtempSync(join(tmpdir(), "weir-proxy-"));
  try {
    const file = join(folder, "weir.yaml");
    writeFiles(folder, setup);
    const loaded = await loadAll(() => loadConfig(file, {}));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    return snapshotSource(loaded.next, {});
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeFiles(folder: string, setup: ProxySetup): void {
  writeFileSync(join(folder, "weir.yaml"), stringify(documentOf(setup)));
  const files = {
    "model.conf": setup.policy?.model,
    "policy.csv": setup.policy?.rules,
    "next.conf": setup.shadow?.model,
    "next.csv": setup.shadow?.rules,
    users: setup.users,
  };
  for (const [name, text] of Object.entries(files)) {
    if (text !== undefined) writeFileSync(join(folder, name), text);
  }
}

function documentOf({ config, upstreams = [], policy, shadow, request }: ProxySetup): unknown {
  return {
    listen: { http: "127.0.0.1:0" },
    services: { app: { endpoints: upstreams, balance: "round-robin" } },
    routes: [{ name: "all", service: "app" }],
    ...(policy !== undefined && {
      policy: {
        model: "model.conf",
        rules: "policy.csv",
        ...(request !== undefined && { request }),
        ...(shadow !== undefined && { shadow: { model: "next.conf", rules: "next.csv" } }),
        ...(policy.explain !== undefined && { explain: policy.explain }),
      },
    }),
    ...config,
  };
}
