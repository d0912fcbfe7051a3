// How a statement fails, told alike wherever it came from.
import { ClickHouseError } from "@clickhouse/client";
import { messageOf } from "../core/errors.ts";

/** A statement that failed; `code` is ClickHouse's, null where the store was not reached. */
export class StoreError extends Error {
  readonly code: number | null;

  constructor(message: string, code: number | null, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

export function toStoreError(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown;
  if (thrown instanceof ClickHouseError) {
    return new StoreError(thrown.message.trim(), Number(thrown.code), { cause: thrown });
  }
  return new StoreError(messageOf(thrown), null, { cause: thrown });
}
