// How each stage of a request looks and what it means; those that took no time are left out.
import { type Stage, stagesOf as allStagesOf } from "../../../../src/telemetry/request-stages.ts";
import type { RequestRow } from "../request-row.ts";

export const STAGE_COLORS: Readonly<Record<Stage["name"], string>> = {
  identify: "--faint",
  authorize: "--policy",
  balance: "--accent",
  queue: "--slow",
  connect: "--s6",
  wait: "--latency",
  stream: "--p50",
};

export const STAGE_HINTS: Readonly<Record<Stage["name"], string>> = {
  identify: "verifying who calls",
  authorize: "the policy's decision",
  balance: "choosing an endpoint",
  queue: "waiting for a connection slot",
  connect: "opening a connection",
  wait: "from the request's head sent to the answer's head",
  stream: "passing the answer on",
};

export function stagesOf(row: RequestRow): readonly Stage[] {
  return allStagesOf(row).filter(({ durationNs }) => durationNs > 0);
}
