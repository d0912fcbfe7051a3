// Writes rows and drains them until it is killed, and tells of each row once it is in the spool.
// argv: the folder of spool and store, and the round, which is part of a row's name.
import { writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { createDrain } from "../../../src/telemetry/drain.ts";
import { drainOptions, folderSink, numbered, spoolIn, writerOn } from "./spool-kit.ts";

const [, , folder = "", round = ""] = process.argv;
const spool = spoolIn(folder, { segmentBytes: 20_000 });
await createDrain({ ...drainOptions(spool, folderSink(folder)), batchRows: 30 }).start();
const writer = writerOn(spool);
for (let number = 0; number < 1_000_000; number++) {
  const row = `${round}-${String(number)}`;
  writer.append(numbered(row));
  writeSync(1, `${row}\n`);
  if (number % 7 === 0) await setImmediate();
}
