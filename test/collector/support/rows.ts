// Lines of a stream as rows by column name.
import { type Signal, STREAMS } from "../../../src/telemetry/streams.ts";

export type Row = Readonly<Record<string, unknown>>;

export function rowsOf(signal: Signal, lines: Buffer): Row[] {
  const { columns } = STREAMS[signal];
  const texts = lines.toString().split("\n").slice(0, -1);
  return texts.map((text) => {
    const values = JSON.parse(text) as unknown[];
    return Object.fromEntries(columns.map((column, at) => [column, values[at]]));
  });
}
