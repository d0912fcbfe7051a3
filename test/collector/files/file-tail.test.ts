// Following files as a machine treats them: growing, rotated, emptied, removed, read by a weir that dies in between.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { createFileTail, type FileTail } from "../../../src/collector/files/file-tail.ts";
import { LineCutter } from "../../../src/collector/files/line-cutter.ts";
import {
  countingInputs,
  createInputCells,
  readInputCounts,
} from "../../../src/collector/input-counts.ts";
import type { FileOptions } from "../../../src/collector/options.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { OnceAMinute } from "../../../src/core/once-a-minute.ts";
import { type Row, rowsOf } from "../support/rows.ts";

const ROOT = mkdtempSync(join(tmpdir(), "weir-files-"));
afterAll(() => rmSync(ROOT, { recursive: true }));

interface Rig {
  readonly at: (name: string) => string;
  readonly write: (name: string, text: string) => void;
  /** So many look at all files. */
  readonly look: (passedMs?: number) => void;
  /** Ends as a crash does, and begins anew. */
  readonly crash: () => void;
  readonly rows: () => readonly Row[];
  /** Bodies since they were last asked for. */
  readonly bodies: () => readonly unknown[];
  readonly cut: () => number;
  isFull: boolean;
  tail: FileTail;
}

function rigOf(given: Partial<FileOptions> = {}): Rig {
  const folder = mkdtempSync(join(ROOT, "f"));
  const at = (name: string): string => join(folder, name);
  const cells = createInputCells();
  const kept: Buffer[] = [];
  let told = 0;
  let nowMs = 1_700_000_000_000;
  const any = { service: "s", attributes: {}, from: "start", join: "none" } as const;
  const parts = {
    inputs: [{ ...any, ...given, path: at(given.path ?? "a.log") }],
    file: at("state/files.json"),
    keep: (lines: Buffer) => {
      if (!rig.isFull) kept.push(Buffer.from(lines));
      return !rig.isFull;
    },
    count: countingInputs(cells),
    nowMs: () => nowMs,
    log: silentLog,
    told: new OnceAMinute(systemClock, 10),
  };
  const rows = (): Row[] => rowsOf("logs", Buffer.concat(kept));
  const rig: Rig = {
    at,
    write: (name, text) => appendFileSync(at(name), text),
    look: (passedMs = 1_000) => {
      nowMs += passedMs;
      rig.tail.turn();
    },
    crash: () => (rig.tail = createFileTail(parts)),
    rows,
    bodies: () => {
      const all = rows().slice(told);
      told += all.length;
      return all.map(({ Body }) => Body);
    },
    cut: () => readInputCounts(cells).files.cut,
    isFull: false,
    tail: null as unknown as FileTail,
  };
  rig.crash();
  return rig;
}

test("lines as they come, once they have an end", () => {
  const rig = rigOf();
  rig.look();
  rig.write("a.log", '{"level":"warn","msg":"one","k":1}\r\n\ntwo\nthr');
  rig.look();
  rig.look();
  expect(rig.rows()[0]).toMatchObject({
    ServiceName: "s",
    SeverityNumber: 13,
    Body: "one",
    LogAttributes: { k: "1", "log.file.path": rig.at("a.log") },
  });
  expect(rig.bodies()).toEqual(["one", "two"]);
  rig.write("a.log", "ee\nfour\n");
  rig.look();
  expect(rig.bodies()).toEqual(["three", "four"]);
});

test.each<[FileOptions["from"], readonly string[]]>([
  ["start", ["old", "new", "later"]],
  ["end", ["new", "later"]],
])("from the %s: what is there at first; what comes later is read whole", (from, wanted) => {
  const rig = rigOf({ path: "*.log", from });
  rig.write("a.log", "old\n");
  rig.look();
  rig.write("a.log", "new\n");
  rig.write("b.log", "later\n");
  rig.look();
  expect(rig.bodies()).toEqual(wanted);
});

test("rotation by renaming: the old one to its end, also what is written late, and the new one from its start", () => {
  const rig = rigOf();
  rig.write("a.log", "1\n");
  rig.look();
  rig.write("a.log", "2\n");
  renameSync(rig.at("a.log"), rig.at("a.log.1"));
  rig.write("a.log", "3\n");
  rig.look();
  rig.write("a.log.1", "2b\n");
  rig.look(5_000);
  expect(rig.bodies()).toEqual(["1", "2", "3", "2b"]);
  rig.look(20_000);
  // It was left by now, whatever is still written to it.
  rig.write("a.log.1", "lost\n");
  rig.write("a.log", "4\n");
  rig.look();
  expect(rig.bodies()).toEqual(["4"]);
});

test("rotation among files that are all followed: nothing is read twice", () => {
  const rig = rigOf({ path: "a.log*" });
  rig.write("a.log", "1\n");
  rig.look();
  renameSync(rig.at("a.log"), rig.at("a.log.1"));
  rig.write("a.log", "2\n");
  rig.look();
  rig.look(60_000);
  expect(rig.bodies()).toEqual(["1", "2"]);
});

test("emptied in place, and removed", () => {
  const rig = rigOf();
  rig.write("a.log", "before it is emptied\n");
  rig.look();
  truncateSync(rig.at("a.log"));
  rig.write("a.log", "after\n");
  rig.look();
  expect(rig.bodies()).toEqual(["before it is emptied", "after"]);
  rig.write("a.log", "without an end");
  rmSync(rig.at("a.log"));
  rig.look();
  rig.look(20_000);
  expect(rig.bodies()).toEqual(["without an end"]);
  rig.write("a.log", "made anew\n");
  rig.look();
  expect(rig.bodies()).toEqual(["made anew"]);
});

test("a crash: each goes on where it was left, also what was rotated while nobody looked", () => {
  const rig = rigOf({ from: "end" });
  rig.write("a.log", "1\n");
  rig.look();
  rig.write("a.log", "2\nhalf");
  rig.look();
  rig.crash();
  rig.write("a.log", " and half\n");
  renameSync(rig.at("a.log"), rig.at("a.log.1"));
  rig.write("a.log", "3\n");
  rig.look();
  expect(rig.bodies()).toEqual(["2", "3", "half and half"]);
  rig.crash();
  rig.look();
  expect(rig.bodies()).toEqual([]);
});

test("another file under a known name or number is not taken for the one that was read", () => {
  const rig = rigOf();
  rig.write("a.log", "the first of its name\n");
  rig.look();
  // As where an inode is given out again: the number is the same, the content is not.
  writeFileSync(rig.at("a.log"), "an altogether other one\nand more\n");
  rig.crash();
  rig.look();
  expect(rig.bodies()).toEqual(["the first of its name", "an altogether other one", "and more"]);
});

test("positions that can't be read are as none", () => {
  const rig = rigOf();
  rig.write("a.log", "1\n");
  rig.look();
  expect(JSON.parse(readFileSync(rig.at("state/files.json"), "utf8"))).toMatchObject([
    { offset: 2 },
  ]);
  writeFileSync(rig.at("state/files.json"), '[{"id":');
  rig.crash();
  rig.look();
  expect(rig.bodies()).toEqual(["1", "1"]);
});

test("without room files wait, and a crash then loses nothing", () => {
  const rig = rigOf();
  rig.isFull = true;
  rig.write("a.log", "1\n");
  rig.look();
  rig.write("a.log", "2\n");
  rig.look();
  rig.crash();
  rig.look();
  rig.isFull = false;
  rig.look();
  expect(rig.bodies()).toEqual(["1", "2"]);
});

test("a line of any length is one record, cut and counted; garbage is text", () => {
  const rig = rigOf();
  rig.write("a.log", `${"x".repeat(1_000_000)}\n`);
  appendFileSync(rig.at("a.log"), Buffer.from([0, 255, 254, 10]));
  rig.write("a.log", "after\n");
  rig.look();
  const [long, garbage, after] = rig.bodies();
  expect(String(long)).toHaveLength(262_144);
  expect([garbage, after]).toEqual(["\0\ufffd\ufffd", "after"]);
  expect(rig.cut()).toBe(1);
});

test("stack traces belong to the line before", () => {
  const rig = rigOf({ join: "indented" });
  const java =
    "ERROR it failed\njava.lang.Error: no\n\tat a.b(c)\nCaused by: java.lang.X\n\t... 2 more";
  const python =
    'ERROR again\nTraceback (most recent call last):\n  File "a.py", line 1\nValueError: no';
  rig.write("a.log", `${java}\n${python}\nINFO fine\n`);
  rig.look();
  rig.look(1_000);
  expect(rig.bodies()).toEqual([
    "ERROR it failed",
    "java.lang.Error: no\n\tat a.b(c)\nCaused by: java.lang.X\n\t... 2 more",
    python,
    "INFO fine",
  ]);
});

test("what is no file of lines is left alone", () => {
  const rig = rigOf({ path: "*" });
  rig.write("a.log", "1\n");
  rig.look();
  expect(rig.bodies()).toEqual(["1"]);
});

test("however a file is read, its lines and where they end are the same", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "\n", "\r", "ä", " "), maxLength: 60 }),
      fc.array(fc.nat(60), { maxLength: 6 }),
      (text, cuts) => {
        const bytes = Buffer.from(text);
        const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length];
        ends.sort((one, other) => one - other);
        const cutter = new LineCutter(10, 100);
        const found = ends
          .slice(1)
          .flatMap((end, at) => [...cutter.push(bytes.subarray(ends[at], end))]);
        let end = 100;
        const wanted = text
          .split("\n")
          .slice(0, -1)
          .map((line) => {
            end += Buffer.byteLength(line) + 1;
            return { text: Buffer.from(line).subarray(0, 10).toString().trimEnd(), end };
          });
        expect(found).toEqual(wanted);
      },
    ),
  );
});
