// A process that owns an embedded store, for the tests that kill such a process.
// argv: the folder. Prints the child's process id once the store answers.
import { silentLog } from "../../../src/core/log.ts";
import { createEmbeddedStore } from "../../../src/store/embedded/supervisor.ts";

const embedded = createEmbeddedStore({ folder: process.argv[2] ?? "", log: silentLog });
await embedded.start();
process.stdout.write(`${embedded.pid() ?? 0}\n`);
