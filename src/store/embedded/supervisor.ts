// Keeps the embedded store's child process running: start, heartbeat, restart with backoff, stop.
import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { extname, join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { makeFolder } from "../../core/folder.ts";
import type { Log } from "../../core/log.ts";
import { clearFolder } from "./folder-claim.ts";
import { EMBEDDED_USER, type FromChild, type ToChild } from "./messages.ts";

export interface EmbeddedState {
  readonly state: "starting" | "ready" | "down";
  /** Wall time of the last change of `state`, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Why it is not ready; empty where nothing is known to be wrong. */
  readonly error: string;
  readonly restarts: number;
}

export interface EmbeddedStore {
  /** Resolves with the store's URL, credentials and database in it: the same over all restarts. */
  readonly start: () => Promise<string>;
  readonly state: () => EmbeddedState;
  /** Process id of the child; undefined while there is none. */
  readonly pid: () => number | undefined;
  /** Closes the engine within two seconds, else kills the child. */
  readonly stop: () => Promise<void>;
}

export interface EmbeddedOptions {
  /** The store's own folder, e.g. .weir/store. */
  readonly folder: string;
  readonly log: Log;
  readonly heartbeatMs?: number;
  /** Longest silence before the child is killed. */
  readonly silenceMs?: number;
}

/** Only what hangs takes longer: much that is to be read on a slow disk, or a machine that is busy, take a minute. */
const START_MS = 180_000;
const STOP_MS = 2000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** Up this long, a child counts as healthy and the backoff begins anew. */
const HEALTHY_MS = 30_000;
/** Reads, writes, the heartbeat and one to spare (http.ts). */
const THREADS = "8";

const SERVER = join(import.meta.dirname, `server${extname(import.meta.filename)}`);

export function createEmbeddedStore(options: EmbeddedOptions): EmbeddedStore {
  return new Supervisor(options);
}

class Supervisor implements EmbeddedStore {
  readonly #options: EmbeddedOptions;
  readonly #password = randomBytes(24).toString("hex");
  #port = 0;
  #child: ChildProcess | null = null;
  #state: EmbeddedState = { state: "down", sinceMs: Date.now(), error: "", restarts: 0 };
  #backoffMs = FIRST_BACKOFF_MS;
  #lastBeatMs = 0;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
  }

  readonly state = (): EmbeddedState => this.#state;

  readonly pid = (): number | undefined => this.#child?.pid;

  readonly start = async (): Promise<string> => {
    makeFolder(this.#options.folder);
    await clearFolder(this.#options.folder);
    if (this.#stopping) throw new Error("the embedded store was stopped before it started");
    await this.#launch();
    return `http://${EMBEDDED_USER}:${this.#password}@127.0.0.1:${this.#port}/weir`;
  };

  readonly stop = async (): Promise<void> => {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
      tell(child, { kind: "stop" });
      const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await gone;
      clearTimeout(kill);
    }
    this.#child = null;
    this.#change("down", "");
  };

  /** Resolves once the child answers; rejects, with no child left, where it can't. */
  #launch(): Promise<void> {
    this.#change("starting", this.#state.error);
    const child = this.#fork();
    this.#child = child;
    return new Promise((resolve, reject) => {
      const fail = (error: string): void => {
        clearTimeout(limit);
        child.kill("SIGKILL");
        reject(new Error(error));
      };
      const limit = setTimeout(
        fail,
        START_MS,
        `the embedded store did not start in ${START_MS} ms`,
      );
      child.once("exit", (code, signal) => {
        fail(`the embedded store ended (${signal ?? `exit code ${code}`})`);
        this.#onExit(child, signal ?? `exit code ${code}`);
      });
      child.on("message", (message: FromChild) => {
        if (message.kind === "pong") this.#lastBeatMs = Date.now();
        else if (message.kind === "failed") fail(message.error);
        else {
          clearTimeout(limit);
          this.#onReady(child, message.port);
          resolve();
        }
      });
    });
  }

  #fork(): ChildProcess {
    const { folder, log } = this.#options;
    const child = fork(SERVER, [folder], {
      cwd: folder,
      env: childEnv(folder),
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (chunk: Buffer) => log.warn("store_child", { text: String(chunk) }));
    child.on("error", (error) => log.error("store_child_failed", { error: messageOf(error) }));
    tell(child, { kind: "start", port: this.#port, password: this.#password });
    return child;
  }

  #onReady(child: ChildProcess, port: number): void {
    this.#port = port;
    this.#lastBeatMs = Date.now();
    this.#change("ready", "");
    this.#beat(child);
  }

  #beat(child: ChildProcess): void {
    const { heartbeatMs = 2000, silenceMs = 15_000, log } = this.#options;
    const dueMs = Date.now() + heartbeatMs;
    this.#timer = setTimeout(() => {
      // What this thread was halted for it has heard nobody, and asked nobody.
      this.#lastBeatMs += Math.max(0, Date.now() - dueMs);
      if (Date.now() - this.#lastBeatMs > silenceMs) {
        log.error("store_child_silent", { silenceMs });
        child.kill("SIGKILL");
        return;
      }
      tell(child, { kind: "ping" });
      this.#beat(child);
    }, heartbeatMs).unref();
  }

  #onExit(child: ChildProcess, why: string): void {
    if (this.#child !== child || this.#stopping) return;
    clearTimeout(this.#timer);
    const wasReady = this.#state.state === "ready";
    const upMs = Date.now() - this.#state.sinceMs;
    this.#child = null;
    // A first start that fails is the caller's to report; it has the error.
    if (this.#port === 0) return this.#change("down", why);
    if (wasReady && upMs > HEALTHY_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    this.#change("down", this.#state.error || why);
    this.#options.log.warn("store_child_ended", { why, restartInMs: this.#backoffMs });
    this.#timer = setTimeout(() => void this.#restart(), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS);
  }

  async #restart(): Promise<void> {
    this.#state = { ...this.#state, restarts: this.#state.restarts + 1 };
    try {
      await this.#launch();
    } catch (thrown) {
      if (!this.#stopping) this.#change("down", messageOf(thrown));
    }
  }

  #change(state: EmbeddedState["state"], error: string): void {
    this.#state = { ...this.#state, state, error, sinceMs: Date.now() };
  }
}

/** Nothing of what weir was told, but where compiled code is kept. */
function childEnv(folder: string): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE, HOME: folder, TZ: "UTC", UV_THREADPOOL_SIZE: THREADS };
}

function tell(child: ChildProcess, message: ToChild): void {
  // A channel that broke is an exit that is about to be told.
  if (child.connected) child.send(message, () => undefined);
}
