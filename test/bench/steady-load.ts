// A steady rate of requests for some seconds, by wrk where it is installed, else by our own load.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { installed } from "./installed.ts";
import { load } from "./load.ts";

export interface SteadyOptions {
  readonly port: number;
  readonly connections: number;
  /** Requests a second, at most. */
  readonly rate: number;
  readonly seconds: number;
  /** Requests go to /orders/0 and so on, in turn. */
  readonly paths: number;
  /** "Name: value". */
  readonly headers: readonly string[];
}

export interface SteadyResult {
  readonly by: "wrk" | "own load";
  readonly requests: number;
  /** Answers that were not 200, and connections that broke. */
  readonly failed: number;
  readonly seconds: number;
  /** Most requests that were on their way when it ended, and so are not in `requests`. */
  readonly cutOff: number;
}

export function steadyLoad(options: SteadyOptions): Promise<SteadyResult> {
  return installed("wrk") ? byWrk(options) : byOwnLoad(options);
}

const DONE = z.object({
  requests: z.number(),
  failed: z.number(),
  broken: z.number(),
  micros: z.number(),
});

async function byWrk(options: SteadyOptions): Promise<SteadyResult> {
  const { port, connections, rate, seconds, paths, headers } = options;
  const how = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--timeout", "10s"];
  const script = ["-s", join(import.meta.dirname, "wrk.lua"), `http://127.0.0.1:${port}`];
  const what = [String(rate), String(paths), ...headers];
  const { stdout } = await promisify(execFile)("wrk", [...how, ...script, "--", ...what]);
  const done = DONE.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
  return {
    by: "wrk",
    requests: done.requests,
    failed: done.failed + done.broken,
    seconds: done.micros / 1e6,
    cutOff: connections,
  };
}

async function byOwnLoad(options: SteadyOptions): Promise<SteadyResult> {
  const { port, connections, rate, seconds, headers } = options;
  const paths = Array.from({ length: options.paths }, (_, at) => `/orders/${at}`);
  const startedMs = performance.now();
  let failed = 0;
  let requests = 0;
  for (let second = 1; performance.now() - startedMs < seconds * 1000; second++) {
    const result = await load({ port, connections, requests: rate, paths, headers });
    failed += result.failed;
    requests += result.requests;
    await sleep(Math.max(0, startedMs + second * 1000 - performance.now()));
  }
  const spent = (performance.now() - startedMs) / 1000;
  return { by: "own load", requests, failed, seconds: spent, cutOff: 0 };
}
