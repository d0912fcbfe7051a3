// The terminal that is written to: how wide it is, and colours by what they mean.
import type { WriteStream } from "node:tty";

/** Red is for errors and denials only; see the web UI's tokens for the same words. */
export type Tone = "bad" | "slow" | "policy" | "latency" | "accent" | "faint" | "strong";

/** The text in the colour of its meaning; as it is where there are no colours. */
export type Paint = (text: string, tone: Tone | number) => string;

export interface Terminal {
  readonly width: number;
  readonly paint: Paint;
}

/** Select Graphic Rendition (ECMA-48 section 8.3.117): on and off. */
const TONES: Readonly<Record<Tone, readonly [string, string]>> = {
  bad: ["31", "39"],
  slow: ["33", "39"],
  policy: ["35", "39"],
  latency: ["34", "39"],
  accent: ["36", "39"],
  faint: ["2", "22"],
  strong: ["1", "22"],
};

/** Of the 256 colours: told apart by the colour-blind too, and none that means something. */
const SERIES = [73, 179, 139, 67, 180, 108];

const PIPED_WIDTH = 120;
const LEAST_WIDTH = 40;

export const plain: Paint = (text) => text;

export const coloured: Paint = (text, tone) => {
  if (text === "") return "";
  const [on, off] =
    typeof tone === "number" ? [`38;5;${SERIES[tone % SERIES.length]}`, "39"] : TONES[tone];
  return `\u001B[${on}m${text}\u001B[${off}m`;
};

/** Colours where the stream is a terminal that has them, and NO_COLOR is not set (no-color.org). */
export function terminalOf(stream: Partial<WriteStream>): Terminal {
  const isColoured = stream.isTTY === true && stream.hasColors?.() === true;
  const width = stream.isTTY === true ? (stream.columns ?? 80) : PIPED_WIDTH;
  return { width: Math.max(LEAST_WIDTH, width), paint: isColoured ? coloured : plain };
}
