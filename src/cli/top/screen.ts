// A terminal taken over as a whole: its alternate screen, drawn in place, and its keys; given back as it was, however it ends.
import type { ReadStream, WriteStream } from "node:tty";

export interface TerminalStreams {
  readonly input: Partial<ReadStream> & NodeJS.ReadableStream;
  readonly output: WriteStream;
}

export interface ScreenEvents {
  readonly key: (key: string) => void;
  readonly resize: () => void;
  /** By Ctrl-C, a signal, or with its terminal. */
  readonly end: () => void;
}

export interface Screen {
  readonly draw: (lines: readonly string[]) => void;
  readonly close: () => void;
}

const ESC = "\u001B";
// DEC private modes: 1049 alternate screen, 25 cursor, 2026 what comes is shown at once.
const ENTER = "\u001B[?1049h\u001B[?25l";
const LEAVE = "\u001B[?25h\u001B[?1049l";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const NAMES: Readonly<Record<string, string>> = { A: "up", B: "down", C: "right", D: "left" };
/** Arrows (in both modes of cursor keys), other sequences, single characters. */
const KEY = new RegExp(`${ESC}[[O](?<arrow>[A-D])|${ESC}[[O]?[\\d;]*[~A-Za-z]?|.`, "gsu");
const CTRL_C = "\u0003";

export function openScreen({ input, output }: TerminalStreams, events: ScreenEvents): Screen {
  const onData = (data: Buffer | string): void => {
    for (const key of keysOf(String(data))) {
      if (key === CTRL_C || key === "q") return events.end();
      events.key(key);
    }
  };
  const restore = (): void => void output.write(LEAVE);
  output.write(ENTER);
  output.on("resize", events.resize).once("error", events.end);
  for (const signal of SIGNALS) process.on(signal, events.end);
  // Should it end in a fault.
  process.once("exit", restore);
  const isKeyboard = input.isTTY === true;
  if (isKeyboard) {
    input.setRawMode?.(true);
    input.on("data", onData).once("end", events.end);
    input.resume();
  }
  return {
    draw: (lines) => {
      // A terminal that is behind gets the next one.
      if (output.writableNeedDrain) return;
      const text = lines.map((line) => `${line}\u001B[K`).join("\r\n");
      output.write(`\u001B[?2026h\u001B[H${text}\u001B[J\u001B[?2026l`);
    },
    close: () => {
      if (isKeyboard) {
        input.off("data", onData).off("end", events.end);
        input.setRawMode?.(false);
        input.pause();
      }
      for (const signal of SIGNALS) process.off(signal, events.end);
      process.off("exit", restore);
      output.off("resize", events.resize);
      restore();
    },
  };
}

/** What was pressed, by character or as up, down, left, right; keys that weir has no name for are empty. */
export function keysOf(data: string): string[] {
  return [...data.matchAll(KEY)].map(({ 0: text, groups }) => {
    if (groups?.["arrow"] !== undefined) return NAMES[groups["arrow"]] ?? "";
    return text.startsWith(ESC) ? "" : text;
  });
}
