// How a figure stands against the period before, in words and in tone.

export interface ChangeWords {
  readonly words: string;
  readonly tone: "" | "error" | "slow";
}

/** Changes under 5 % are noise to somebody in a hurry. */
const NOISE = 0.05;
/** More than half again is worth a colour. */
const WORSE = 0.5;

export function changeOf(
  now: number | null,
  before: number | null,
  worseIs: "neutral" | "error" | "slow",
): ChangeWords {
  if (now === null || before === null || Number.isNaN(before)) return { words: "", tone: "" };
  if (before === 0)
    return { words: now === 0 ? "as before" : "was none", tone: toneOf(now, worseIs) };
  const change = now / before - 1;
  if (Math.abs(change) < NOISE) return { words: "as before", tone: "" };
  const tone = change >= WORSE ? toneOf(change, worseIs) : "";
  if (change >= 2) return { words: `${(change + 1).toFixed(1)}× before`, tone };
  return { words: `${change > 0 ? "+" : "−"}${Math.round(Math.abs(change) * 100)} %`, tone };
}

function toneOf(amount: number, worseIs: "neutral" | "error" | "slow"): ChangeWords["tone"] {
  return amount > 0 && worseIs !== "neutral" ? worseIs : "";
}
