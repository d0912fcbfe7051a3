// Gets one batch to the sink whatever it takes: again after a pause, in halves where it is rejected.
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { HEAD_BYTES } from "./groups/frame.ts";
import { linesOf } from "./groups/group-lines.ts";
import { WHOLE_ROWS } from "./row-format.ts";
import type { Batch, Delivery, Sink } from "./sink.ts";

export interface DeliveryOptions {
  readonly sink: Sink;
  readonly random: Random;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly onRetry: (reason: string) => void;
}

/**
 * Resolves with the rows the store rejected one by one (mostly none) once every other row is stored;
 * with undefined when `signal` ended it before that.
 */
export async function deliver(
  batch: Batch,
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<DeadLetter[] | undefined> {
  const answer = await insist(batch, options, signal);
  if (answer === undefined) return undefined;
  if (answer.kind === "stored") return [];
  const middle = END_NEAR_MIDDLE[batch.format](batch.body);
  if (middle === batch.body.length) {
    if (batch.format === "groups") return deliver(asLines(batch), options, signal);
    return [{ line: batch.body.toString("utf8", 0, middle - 1), reason: answer.reason }];
  }
  const first = await deliver(part(batch, "0", batch.body.subarray(0, middle)), options, signal);
  if (first === undefined) return undefined;
  const second = await deliver(part(batch, "1", batch.body.subarray(middle)), options, signal);
  return second === undefined ? undefined : [...first, ...second];
}

/** The same bytes and token until the sink stores or rejects them. */
async function insist(
  batch: Batch,
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<Exclude<Delivery, { kind: "retry" }> | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const answer = await tryOnce(batch, options.sink);
    if (answer.kind !== "retry") return answer;
    options.onRetry(answer.reason);
    await pause(options, attempt, signal);
  }
  return undefined;
}

async function tryOnce(batch: Batch, sink: Sink): Promise<Delivery> {
  try {
    return await sink.write(batch);
  } catch (error) {
    return { kind: "retry", reason: messageOf(error) };
  }
}

/** Exponential with full jitter below the cap, never less than half of it. */
async function pause(
  options: DeliveryOptions,
  attempt: number,
  signal: AbortSignal,
): Promise<void> {
  const ceiling = Math.min(
    options.longestPauseMs,
    options.firstPauseMs * 2 ** Math.min(attempt, 30),
  );
  const pauseMs = (ceiling * (1 + options.random())) / 2;
  await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
}

function part(batch: Batch, half: "0" | "1", body: Buffer): Batch {
  const { rows } = WHOLE_ROWS[batch.format](body, Number.POSITIVE_INFINITY);
  return { ...batch, body, rows, token: `${batch.token}.${half}` };
}

/** Row by row, so that one that is refused is found, and can be read by a person. */
function asLines(batch: Batch): Batch {
  const body = linesOf(batch.body, batch.columns);
  return { ...batch, format: "lines", body, token: `${batch.token}.lines` };
}

/** The end of the body where it is a single group. */
function frameEndNearMiddle(body: Buffer): number {
  let end = 0;
  while (end < body.length >> 1) end += HEAD_BYTES + body.readUInt32LE(end);
  return end;
}

/** The end of the body where it is a single line. */
function lineEndNearMiddle(body: Buffer): number {
  const after = body.indexOf(0x0a, body.length >> 1) + 1;
  if (after > 0 && after < body.length) return after;
  const before = body.lastIndexOf(0x0a, body.length - 2) + 1;
  return before > 0 ? before : body.length;
}

const END_NEAR_MIDDLE: Readonly<Record<Batch["format"], (body: Buffer) => number>> = {
  lines: lineEndNearMiddle,
  groups: frameEndNearMiddle,
};
