// Lines that belong together as one record: a stack trace to the line before it.
import type { FileOptions } from "../options.ts";
import type { CutLine } from "./line-cutter.ts";

/** Java, JavaScript, Go and most others indent; Python begins with a word of its own. */
const GOES_ON = /^(?:[ \t}\])]|Caused by: |Suppressed: |Traceback \()/;
/** Its last line says what was raised, and is not indented. */
const PYTHON = /^Traceback \(/;
const MAX_CHARS = 262_144;

/** A record is known to be whole once the next one begins, or after a pause. */
export class LineJoiner {
  readonly #isJoining: boolean;
  #texts: string[] = [];
  #chars = 0;
  #end = 0;
  #isInTraceback = false;

  constructor(join: FileOptions["join"]) {
    this.#isJoining = join === "indented";
  }

  /** A record that is whole by this line, the line itself where nothing is joined; null: none yet. */
  push(line: CutLine): CutLine | null {
    if (!this.#isJoining) return line;
    const before = this.#goesOn(line.text) ? null : this.flush();
    this.#texts.push(line.text);
    this.#chars += line.text.length + 1;
    this.#end = line.end;
    return before;
  }

  /** What waits, as a record; null: nothing does. */
  flush(): CutLine | null {
    if (this.#texts.length === 0) return null;
    const text = this.#texts.join("\n");
    this.#texts = [];
    this.#chars = 0;
    this.#isInTraceback = false;
    return { text, end: this.#end };
  }

  #goesOn(text: string): boolean {
    if (this.#texts.length === 0 || this.#chars + text.length > MAX_CHARS) return false;
    const goesOn = GOES_ON.test(text);
    const isLastOfPython = this.#isInTraceback && !goesOn;
    this.#isInTraceback = PYTHON.test(text) || (this.#isInTraceback && goesOn);
    return goesOn || isLastOfPython;
  }
}
