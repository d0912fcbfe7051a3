// What became of one request's spans, records or points.

/** Why one of them is no row; the others of its request are. */
export const REASONS = ["invalid_id", "invalid_time", "too_many_values", "too_large"] as const;

export type Reason = (typeof REASONS)[number];

const WORDS: Readonly<Record<Reason, string>> = {
  invalid_id: "without a trace ID of 16 bytes and a span ID of 8 that are not all zero",
  invalid_time: "with a time before 2000 or more than a day ahead",
  too_many_values: "with more buckets or quantiles than are taken",
  too_large: "past the rows that one request may become; send smaller batches",
};

export class Tally {
  /** Values that a limit cut short or left out. */
  cut = 0;
  readonly rejected: Record<Reason, number> = {
    invalid_id: 0,
    invalid_time: 0,
    too_many_values: 0,
    too_large: 0,
  };

  reject(reason: Reason): void {
    this.rejected[reason]++;
  }

  reset(): void {
    this.cut = 0;
    for (const reason of REASONS) this.rejected[reason] = 0;
  }

  get total(): number {
    return REASONS.reduce((sum, reason) => sum + this.rejected[reason], 0);
  }

  /** For the sender; empty where there is nothing to say. */
  describe(): string {
    const told = REASONS.filter((reason) => this.rejected[reason] > 0).map((reason) => {
      return `${this.rejected[reason]} rejected: ${WORDS[reason]}`;
    });
    if (this.cut > 0)
      told.push(`${this.cut} values were cut short or left out: too long, or too many`);
    return told.join("; ");
  }
}
