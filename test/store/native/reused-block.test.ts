// A block whose memory was another's before: of what stood there nothing is left in it.
import { expect, test } from "vitest";
import { giveBackMemory } from "../../../src/core/reused-memory.ts";
import { nativeBlock } from "../../../src/store/native/native-block.ts";
import { SPOOLED_COLUMNS } from "../../../src/telemetry/columns.ts";
import { RequestRecord } from "../../../src/telemetry/record.ts";
import { framesOf } from "../../telemetry/support/groups.ts";

/** More than what is too little to be used again, in each column that has any. */
const ROWS = 20_000;

function frames(letter: string): Buffer {
  const records = Array.from({ length: ROWS }, (_, row) =>
    Object.assign(new RequestRecord(), {
      traceId: letter.repeat(32),
      path: `/${letter}/${row}`,
      host: `${letter}${row % 700}`,
      status: 200,
    }),
  );
  return framesOf(records);
}

function blockOf(bytes: Buffer): { readonly text: string; readonly memory: ReadonlySet<unknown> } {
  const parts = nativeBlock(bytes, SPOOLED_COLUMNS);
  const text = Buffer.concat(parts).toString("latin1");
  for (const part of parts) giveBackMemory(part);
  return { text, memory: new Set(parts.map(({ buffer }) => buffer)) };
}

test("the same rows are the same bytes, whoever had the memory before", () => {
  const [ones, others] = [frames("a"), frames("b")];
  const first = blockOf(ones);
  const between = blockOf(others);
  expect(blockOf(ones).text).toBe(first.text);
  expect([...between.memory].filter((memory) => first.memory.has(memory)).length).toBeGreaterThan(
    5,
  );
});
