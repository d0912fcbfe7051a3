// Words many endpoints share: empty parameter lists, times, rows.
import { z } from "zod";
import type { Answer } from "./endpoint.ts";

export const NONE = z.strictObject({});

export const time = z.string().meta({ format: "date-time", description: "ISO-8601, UTC" });
export const count = z.int().nonnegative();
export const nanoseconds = z.number().nonnegative();
export const row = z.record(z.string(), z.unknown());

export const column = z.strictObject({
  name: z.string(),
  type: z.string().meta({ description: "ClickHouse type" }),
});

export function json(about: string, schema: z.ZodType): Answer {
  return { about, type: "application/json", schema };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
