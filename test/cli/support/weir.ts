// Runs the real command line as a process, with the environment of a pipe.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
/** As npm's scripts say it. */
const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/weir", import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface WeirOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is on its standard input. */
  readonly input?: string;
}

export function startWeir(
  args: readonly string[],
  { cwd, env = {}, input }: WeirOptions = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: CACHE, TZ: "UTC", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (input !== undefined) child.stdin.end(input);
  return child;
}

/** The program from start to end. */
export function weir(args: readonly string[], options?: WeirOptions): Promise<Ended> {
  const child = startWeir(args, options);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out, err })));
}
