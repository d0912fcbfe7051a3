// Writes rows and a signal's lines and drains them until it is killed, and tells of each once it is in the spool.
// argv: the folder of spool and store, and the round, which is part of a row's name.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createDrains } from "../../../src/telemetry/drains.ts";
import { drainsOptions, line, linesOn, signalsIn } from "./signal-kit.ts";
import { folderSink, numbered, spoolIn, writerOn } from "./spool-kit.ts";

const [, , folder = "", round = ""] = process.argv;
const requests = spoolIn(folder, { segmentBytes: 20_000 });
const signals = signalsIn(folder, { segmentBytes: 20_000 });
const sinks = { rows: folderSink(folder), sink: folderSink(join(folder, "logs")) };
const options = drainsOptions({ requests, signals, ...sinks });
const drains = createDrains({ ...options, batchRows: 30 });
await drains.start();
const writer = writerOn(requests);
const lines = linesOn(signals.logs, "logs");
for (let number = 0; number < 1_000_000; number++) {
  const row = `${round}-${String(number)}`;
  writer.append(numbered(row));
  lines.append(line(row));
  writeSync(1, `${row}\n`);
  if (number % 7 === 0) await setImmediate();
  // However slow the machine is, some are drained before the end.
  if (number === 150) await drains.flush();
}
