// A short text from a pipe, which stands in no list of processes and in no history of a shell.
import type { Readable } from "node:stream";

/** All of it but the last line end; of one that is too long, no less than a character more than `mostChars`. */
export async function readPiped(input: Readable, mostChars: number): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const chunk of input) {
    text += chunk as string;
    // Line ends aside.
    if (text.length > mostChars + 2) break;
  }
  return text.replace(/\r?\n$/, "");
}
