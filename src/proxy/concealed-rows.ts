// Conceals each record on its way to where rows go, so that no receiver gets one as it was.
import { concealOnce } from "../telemetry/conceal.ts";
import type { RowLog } from "./row-batch.ts";

export function concealedRows({ append, appendAll, writable }: RowLog): RowLog {
  const one: RowLog["append"] = (record) => {
    concealOnce(record);
    return append(record);
  };
  if (appendAll === undefined) return { append: one, writable };
  return {
    append: one,
    appendAll: (records) => {
      for (const record of records) concealOnce(record);
      return appendAll(records);
    },
    writable,
  };
}
