// The child process: the embedded engine behind HTTP on loopback, alive exactly as long as its parent.
// argv: the store's folder. Everything else arrives as messages (messages.ts), so no secret is in argv.
import { mkdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { keepCompiled } from "../../core/keep-compiled.ts";
import { engineConfig } from "./engine-config.ts";
import { openEngine, type Engine } from "./engine.ts";
import { writeClaim } from "./folder-claim.ts";
import { createProtocolServer } from "./http.ts";
import { EMBEDDED_USER, type FromChild, type StartMessage, type ToChild } from "./messages.ts";

const CLOSE_MS = 1500;

interface Running {
  readonly engine: Engine;
  readonly server: Server;
}

async function start(folder: string, message: StartMessage): Promise<Running> {
  const configFile = join(folder, "engine.xml");
  mkdirSync(join(folder, "engine"), { recursive: true });
  writeFileSync(configFile, engineConfig());
  writeClaim(folder);
  const engine = await openEngine(join(folder, "engine"), configFile);
  const server = createProtocolServer(engine, { user: EMBEDDED_USER, password: message.password });
  await listen(server, message.port);
  return { engine, server };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function stop(running: Running | null): Promise<never> {
  if (running !== null) {
    const closed = new Promise<void>((resolve) => void running.server.close(() => resolve()));
    running.server.closeIdleConnections();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
    running.engine.close();
  }
  process.exit(0);
}

/** Through the engine, so that a stuck engine is a missed beat though this loop still turns. */
async function answerPing(engine: Engine): Promise<void> {
  await engine.run({ sql: "SELECT 1", format: "Null", database: "default", settings: new Map() });
  tell({ kind: "pong" });
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

function main(folder: string): void {
  let running: Running | null = null;
  const begin = async (message: StartMessage): Promise<void> => {
    try {
      running = await start(folder, message);
      tell({ kind: "ready", port: (running.server.address() as AddressInfo).port });
      keepCompiled();
    } catch (thrown) {
      tell({ kind: "failed", error: messageOf(thrown) });
    }
    // The engine may have set handlers of its own while it was loaded.
    ignoreTerminal();
  };
  ignoreTerminal();
  process.on("disconnect", () => void stop(running));
  process.on("message", (message: ToChild) => {
    if (message.kind === "start") void begin(message);
    else if (message.kind === "stop") void stop(running);
    else if (running !== null) answerPing(running.engine).catch(() => undefined);
  });
}

/** Ctrl-C and a group's TERM reach every process; the parent decides when the store goes. */
function ignoreTerminal(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => undefined);
  }
}

main(process.argv[2] ?? ".");
