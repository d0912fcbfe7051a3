#!/usr/bin/env node
// The command line: argv and environment in, exit code out; each command is a file in cli/.
import { enableCompileCache, getCompileCacheDir } from "node:module";
import { dirname, join } from "node:path";

// Compiled code is kept beside the packages, so that all but the first start is fast. Workers and child
// processes take the place from the environment; npm's scripts set it, so that this file is in it, too.
// Where nothing can be written there, it is simply compiled anew.
enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir"));
const cache = getCompileCacheDir();
// Node keeps a folder for each of its versions in the one that is named.
if (cache !== undefined) process.env["NODE_COMPILE_CACHE"] = dirname(cache);

// `weir ... | head` closes the pipe early, and a terminal may be closed: that is no failure, and what
// serves goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

const { runCommandLine } = await import("./cli/command-line.ts");
await runCommandLine(process.argv);
