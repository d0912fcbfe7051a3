// A password from the terminal, typed twice and shown never, or from a pipe; never from the command line.
import type { Readable, Writable } from "node:stream";
import { passwordFault } from "../../identity/password-hash.ts";
import { CommandError } from "../command-error.ts";
import { readPiped } from "../read-piped.ts";

/** Standard input, as far as it is needed. */
export interface PasswordSource {
  readonly input: Readable & {
    readonly isTTY?: boolean;
    readonly setRawMode?: (on: boolean) => unknown;
  };
  /** Where prompts go. */
  readonly output: Writable;
}

const MOST_PIPED_CHARS = 4_096;
const INTERRUPT = "\u0003";
const END = "\u0004";
const ERASE_LINE = "\u0015";
const ERASE: ReadonlySet<string> = new Set(["\b", "\u007f"]);

/** Rejects with CommandError where there is none, it is typed differently, or nobody may have it. */
export async function readPassword(source: PasswordSource, isPiped: boolean): Promise<string> {
  const password = isPiped
    ? await readPiped(source.input, MOST_PIPED_CHARS)
    : await readTyped(source);
  const fault = passwordFault(password);
  if (fault !== "") throw new CommandError("bad_password", fault);
  return password;
}

async function readTyped({ input, output }: PasswordSource): Promise<string> {
  if (input.isTTY !== true || input.setRawMode === undefined) {
    const message =
      "there is no terminal to ask for the password; pipe it in with --password-stdin";
    throw new CommandError("no_terminal", message);
  }
  input.setEncoding("utf8");
  // A terminal in raw mode shows nothing of what is typed.
  input.setRawMode(true);
  try {
    const typed = typing(input);
    const ask = async (prompt: string): Promise<string> => {
      output.write(prompt);
      const line = await typed();
      output.write("\n");
      return line;
    };
    const password = await ask("Password: ");
    if ((await ask("Again: ")) === password) return password;
    throw new CommandError("bad_password", "the two are not the same; nothing is changed");
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

/** One line after the other; what is pasted may hold several. */
function typing(input: Readable): () => Promise<string> {
  const unread: string[] = [];
  return () =>
    new Promise((resolve, reject) => {
      const line: string[] = [];
      const take = (text: string): void => {
        unread.push(...Array.from(text));
        for (let key = unread.shift(); key !== undefined; key = unread.shift()) {
          const isEnd = key === "\r" || key === "\n";
          if (isEnd || isGivenUp(key)) {
            input.off("data", take);
            return isEnd
              ? resolve(line.join(""))
              : reject(new CommandError("interrupted", "nothing is changed"));
          }
          type(line, key);
        }
      };
      input.on("data", take);
      take("");
    });
}

function isGivenUp(key: string): boolean {
  return key === INTERRUPT || key === END;
}

function type(line: string[], key: string): void {
  if (key === ERASE_LINE) line.length = 0;
  else if (ERASE.has(key)) line.pop();
  else line.push(key);
}
