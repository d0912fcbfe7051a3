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

export function deliveryOf(code: number | null, reason: string): Delivery {
  return code !== null && REJECTING.has(code)
    ? { kind: "rejected", reason }
    : { kind: "retry", reason };
}
