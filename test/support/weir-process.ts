// A real `weir run` in a process of its own, with its config and data in a temporary folder.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyTemplate } from "./store-template.ts";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "src/main.ts");
/** What takes longer hangs. */
const PATIENCE_MS = 120_000;
const POLL_MS = 50;

export interface Status {
  readonly config_revision: string;
  readonly policy: { readonly revision: string | null };
  readonly reload: {
    readonly ok: boolean;
    readonly fault: string | null;
    readonly tls_fault: string | null;
  } | null;
  readonly store: { readonly kind: string; readonly state: string; readonly error: string | null };
  readonly spool: {
    readonly pending_rows: number;
    readonly pending_bytes: number;
    readonly stored_rows: number;
    readonly dropped_rows: number;
    readonly rejected_rows: number;
  };
  readonly workers: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

/** A folder for one test: weir.yaml and the data folder are in it. */
export interface Site {
  readonly folder: string;
  readonly file: string;
  readonly data: string;
  readonly write: (config: string) => void;
  /** Texts by name; folders are made. */
  readonly put: (files: Readonly<Record<string, string>>) => void;
  readonly remove: () => void;
}

const sites = new Set<Site>();

export function createSite(config: string, files: Readonly<Record<string, string>> = {}): Site {
  const folder = mkdtempSync(join(tmpdir(), "weir-e2e-"));
  const site: Site = {
    folder,
    file: join(folder, "weir.yaml"),
    write: (text) => site.put({ "weir.yaml": text }),
    put(texts) {
      for (const [name, text] of Object.entries(texts)) {
        const path = join(folder, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    },
    data: join(folder, "data"),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
  sites.add(site);
  site.put({ "weir.yaml": config, ...files });
  return site;
}

export interface ConfigParts {
  /** Endpoint URLs of the one service. */
  readonly upstreams: readonly string[];
  /** Port of the proxy; a restart on the same one keeps its clients. */
  readonly port?: number;
  readonly workers?: number;
  readonly balance?: string;
  readonly retries?: number;
  /** Flow YAML of the store. */
  readonly store?: string;
  /** Further top-level lines. */
  readonly more?: string;
}

export function configOf(parts: ConfigParts): string {
  const { upstreams, port = 0, workers = 1, balance = "adaptive", retries = 1 } = parts;
  const endpoints = upstreams.map((url) => JSON.stringify(url)).join(", ");
  return `listen: { http: "127.0.0.1:${port}" }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: ${workers}
store: ${parts.store ?? "embedded"}
services:
  all: { endpoints: [ ${endpoints} ], balance: ${balance}, retries: ${retries} }
routes:
  - { name: all, match: { path: /** }, service: all }
${parts.more ?? ""}`;
}

export interface WeirProcess {
  readonly pid: number;
  /** http://host:port of the proxy. */
  readonly proxy: string;
  readonly port: number;
  readonly admin: string;
  /** From spawn until the proxy's address was printed. */
  readonly listeningMs: number;
  readonly output: () => string;
  readonly errors: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends a signal and waits for the end; SIGTERM by default. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
  readonly status: () => Promise<Status>;
  readonly metrics: () => Promise<string>;
  readonly sql: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  readonly reload: () => Promise<Response>;
  /** Polls the status until it is as wanted; rejects with the last one. */
  readonly until: (wanted: (status: Status) => boolean) => Promise<Status>;
  /** Resolves once the store is there and every row is in it. */
  readonly drained: () => Promise<Status>;
}

export interface Spawned {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly startedMs: number;
}

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Another copy of src/main.ts. */
  readonly main?: string;
  /** Most file descriptors it may have. */
  readonly openFiles?: number;
}

const running = new Set<ChildProcess>();
/** Resolve once all they said is read, which is some time after their exit. */
const closed = new WeakMap<ChildProcess, Promise<void>>();

/** As npm's scripts say it; a copy of weir keeps its own. */
function compileCache({ main }: SpawnOptions): NodeJS.ProcessEnv {
  if (main !== undefined) return {};
  return { NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/weir") };
}

/** `args` after `node src/main.ts`; nothing of this process's OTEL_ or WEIR_ settings reaches it. */
export function spawnWeir(args: readonly string[], options: SpawnOptions = {}): Spawned {
  const startedMs = performance.now();
  const { openFiles } = options;
  const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles}; `;
  const command = [process.execPath, options.main ?? MAIN, ...args];
  const child = spawn("/bin/sh", ["-c", `${limit}exec "$@"`, "weir", ...command], {
    cwd: options.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      ...compileCache(options),
      ...options.env,
    },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  closed.set(child, new Promise((resolve) => child.once("close", () => resolve())));
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return { child, output: () => output, errors: () => errors, startedMs };
}

/** For afterAll: ends whatever a failed test left running, and removes all sites. */
export function cleanUp(): void {
  for (const child of running) child.kill("SIGKILL");
  for (const site of sites) site.remove();
}

/** Once its output is here to its end. */
export async function exitOf(child: ChildProcess): Promise<Exit> {
  const sinceMs = performance.now();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const ms = performance.now() - sinceMs;
  await closed.get(child);
  return { code: child.exitCode, signal: child.signalCode, ms };
}

/**
 * On a store that has its tables already, where the site has no data yet and no store elsewhere; what `spawnWeir`
 * starts makes its own.
 */
export async function startWeir(site: Site, env: NodeJS.ProcessEnv = {}): Promise<WeirProcess> {
  const isElsewhere = /^store: *\{/m.test(readFileSync(site.file, "utf8"));
  if (!isElsewhere && !existsSync(site.data)) await copyTemplate(join(site.data, "store"));
  return watchWeir(spawnWeir(["run", "-c", site.file], { env }));
}

/** Resolves once both addresses are printed; the admin API's comes after the proxy's. */
export async function watchWeir(spawned: Spawned): Promise<WeirProcess> {
  const proxy = await printed(spawned, /weir listens on +(\S+)/);
  const listeningMs = performance.now() - spawned.startedMs;
  const admin = await printed(spawned, /admin API and UI +(\S+)/);
  return handle(spawned, [proxy, admin], listeningMs);
}

/** Resolves to what the pattern's group found, once it is printed. */
export function printed({ child, output, errors }: Spawned, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no start: ${errors()}`)), PATIENCE_MS);
    const look = (): void => {
      const found = pattern.exec(output())?.[1];
      if (found === undefined) return;
      clearTimeout(limit);
      child.stdout?.off("data", look);
      resolve(found);
    };
    child.stdout?.on("data", look);
    child.once("close", () => reject(new Error(`weir ended: ${errors()}`)));
    look();
  });
}

function handle(
  { child, output, errors }: Spawned,
  [proxy, admin]: readonly [string, string],
  listeningMs: number,
): WeirProcess {
  const until = async (wanted: (status: Status) => boolean): Promise<Status> => {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const status = await getJson<Status>(`${admin}/api/v1/status`);
      if (wanted(status)) return status;
      if (performance.now() > deadlineMs) {
        throw new Error(`status after ${PATIENCE_MS} ms: ${JSON.stringify(status)}\n${errors()}`);
      }
      await sleep(POLL_MS);
    }
  };
  return {
    pid: child.pid ?? 0,
    proxy,
    admin,
    listeningMs,
    output,
    errors,
    until,
    port: Number(new URL(proxy).port),
    signal: (signal) => void child.kill(signal),
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return exitOf(child);
    },
    status: () => getJson<Status>(`${admin}/api/v1/status`),
    metrics: async () => (await fetch(`${admin}/metrics`)).text(),
    sql: (sql) => ask(admin, sql),
    reload: () => fetch(`${admin}/api/v1/reload`, { method: "POST" }),
    drained: () =>
      until(({ store, spool }) => store.state === "ready" && spool.pending_bytes === 0),
  };
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function ask(admin: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${admin}/api/v1/sql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql }),
  });
  if (!response.ok) throw new Error(`${sql}: ${response.status} ${await response.text()}`);
  const answer = (await response.json()) as {
    readonly rows: readonly Record<string, unknown>[];
    readonly truncated: boolean;
  };
  if (answer.truncated) throw new Error(`${sql}: answer truncated`);
  return answer.rows;
}

/** Process id of the embedded store's child on a data folder. */
export function storePid(site: Site): number {
  const claim = readFileSync(join(site.data, "store", "child.json"), "utf8");
  return (JSON.parse(claim) as { readonly pid: number }).pid;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie answers, too; it holds nothing any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
