// A candidate's score in words: for latency pickers it is an expected cost in nanoseconds.
import { count, digits, duration, text } from "../../../../src/core/quantity.ts";

const IN_NANOSECONDS: ReadonlySet<string> = new Set(["adaptive", "least-response-time"]);

/** Of all pickers the lowest score is the best. */
export function scoreWords(score: number, picker: string): string {
  if (IN_NANOSECONDS.has(picker)) return text(duration(score));
  return score >= 1000 ? text(count(score)) : digits(score);
}
