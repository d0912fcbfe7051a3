// The drain delivers every row once by token, whatever the sink answers and whenever the process ends.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createDrain } from "../../src/telemetry/drain.ts";
import {
  drainOptions,
  numbered,
  spoolIn,
  tempFolder,
  TokenSink,
  writerOn,
} from "./support/spool-kit.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at));

test("rows of open segments arrive without a rotation, and the spool is empty afterwards", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  const writers = [writerOn(spool), writerOn(spool, { worker: 1 })];
  for (const number of numbers(100)) writers[Number(number) % 2]?.append(numbered(number));
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  expect(sink.rows.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(100));
  expect(sink.inserts).toBe(1);
  expect(drain.stats()).toMatchObject({
    storedRows: 100,
    pendingBytes: 0,
    pendingRows: 0,
    lagMs: 0,
  });
  await drain.stop();
});

test("a sink that commits and then breaks gets the same bytes under the same token again", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  const bodies = new Set<string>();
  let tries = 0;
  sink.plan = ({ token, body }) => {
    bodies.add(`${token} ${body.toString("base64")}`);
    return ++tries < 4 ? "lost" : "stored";
  };
  const writer = writerOn(spool);
  for (const number of numbers(10)) writer.append(numbered(number));
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  await drain.stop();
  expect(tries).toBe(4);
  expect(bodies.size).toBe(1);
  expect(sink.rows).toEqual(numbers(10));
});

test("bad rows go to the dead-letter folder with the reason, all others are stored", async () => {
  using folder = tempFolder();
  const spool = spoolIn(folder.path);
  const sink = new TokenSink();
  sink.plan = ({ body }) => (/"\/(13|77)"/.test(body.toString()) ? "rejected" : "stored");
  const writer = writerOn(spool);
  for (const number of numbers(100)) writer.append(numbered(number));
  const drain = createDrain(drainOptions(spool, sink));
  await drain.start();
  await drain.flush();
  expect(drain.stats()).toMatchObject({ storedRows: 98, rejectedRows: 2 });
  await drain.stop();
  expect(sink.rows).toEqual(numbers(100).filter((number) => number !== "13" && number !== "77"));
  const letters = join(spool.folder, "dead-letter");
  const [file = ""] = readdirSync(letters);
  const lines = readFileSync(join(letters, file), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
    "bad row",
    "bad row",
  ]);
  expect(lines[0]).toContain("/13");
});
