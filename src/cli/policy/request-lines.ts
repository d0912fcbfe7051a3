// Reads a file of requests a chunk at a time, so that its length does not matter.
import { createReadStream } from "node:fs";
import { messageOf } from "../../core/errors.ts";
import { UnusableError } from "./input.ts";

/** A request is a handful of fields, so a longer line is none. */
const MAX_LINE_CHARS = 1024 * 1024;
/** Stands for the beginning of such a line, so that what is left of it can't be read as a request. */
const TOO_LONG = `more than ${MAX_LINE_CHARS} characters`;

/** The whole lines of each chunk; - is standard input. Throws UnusableError where it can't be read. */
export async function* requestLines(file: string): AsyncGenerator<readonly string[]> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  input.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of input) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE_CHARS) rest = TOO_LONG;
      yield lines;
    }
  } catch (error) {
    throw new UnusableError([{ file, line: 0, message: messageOf(error) }]);
  }
  yield [rest];
}
