// What a failed INSERT means for its batch: again later, or never.
import type { Delivery } from "../telemetry/sink.ts";

/**
 * Exception codes that say "these bytes will never fit this table"; ClickHouse's ErrorCodes.cpp.
 * Everything else (network, memory 241, too many parts 252, timeouts, no such table yet) is retried.
 */
const REJECTING = new Set([
  6, 16, 25, 26, 27, 33, 38, 41, 47, 49, 53, 62, 69, 70, 72, 73, 80, 99, 117, 130, 131, 190, 229,
  245, 321, 349, 376, 407, 441, 467, 469, 549, 675, 676,
]);

const TOO_MANY_PARTS = 252;
/** Of more than 100 days: that passes in pieces, while a table of too many parts must be waited for. */
const TOO_MANY_DAYS = /partitions for single INSERT block/;

export function deliveryOf(code: number | null, reason: string): Delivery {
  const isRejected =
    (code !== null && REJECTING.has(code)) ||
    (code === TOO_MANY_PARTS && TOO_MANY_DAYS.test(reason));
  return { kind: isRejected ? "rejected" : "retry", reason };
}
