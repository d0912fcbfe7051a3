#!/usr/bin/env node
// The command line: argv and environment in, exit code out; each command is a file in cli/.
import { enableCompileCache, getCompileCacheDir } from "node:module";
import { join } from "node:path";

// Compiled code is kept beside the packages, so that all but the first start is fast; workers take
// the place from the environment. Where nothing can be written there, it is simply compiled anew.
enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir"));
const cache = getCompileCacheDir();
if (cache !== undefined) process.env["NODE_COMPILE_CACHE"] ??= cache;

// `weir ... | head` closes the pipe early, and a terminal may be closed: that is no failure, and what
// serves goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

const { runCommandLine } = await import("./cli/command-line.ts");
await runCommandLine(process.argv);
