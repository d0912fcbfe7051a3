// One request while it is decided: its fields as texts, and as numbers of the policy's strings.
import type { RequestTuple } from "../request/tuple.ts";
import type { Strings } from "./strings.ts";

const NOT_ASKED = -2;

/** One for each engine, filled again for each request: a decision makes no garbage. */
export class RequestIds {
  readonly #strings: Strings;
  readonly #ids: Int32Array;
  /** Fields whose numbers every decision needs. */
  readonly #needed: readonly number[];
  readonly #texts: string[];
  readonly #found: Int32Array;
  tuple: RequestTuple = [];

  constructor(strings: Strings, arity: number, needed: readonly number[]) {
    this.#strings = strings;
    this.#ids = new Int32Array(arity);
    this.#needed = [...new Set(needed)];
    this.#texts = this.#needed.map(() => "");
    this.#found = new Int32Array(this.#needed.length);
  }

  take(tuple: RequestTuple): void {
    this.tuple = tuple;
    const needed = this.#needed;
    if (needed.length < this.#ids.length) this.#ids.fill(NOT_ASKED);
    for (let at = 0; at < needed.length; at++) this.#texts[at] = this.text(needed[at] ?? 0);
    this.#strings.findAll(this.#texts, this.#found);
    for (let at = 0; at < needed.length; at++) this.#ids[needed[at] ?? 0] = this.#found[at] ?? 0;
  }

  /** A field's text; "" where it is none. */
  text(at: number): string {
    const value = this.tuple[at];
    return typeof value === "string" ? value : "";
  }

  /** Its number; UNKNOWN where no rule has it, so nothing can be equal to it. */
  id(at: number): number {
    const known = this.#ids[at] ?? NOT_ASKED;
    if (known !== NOT_ASKED) return known;
    const found = this.#strings.find(this.text(at));
    this.#ids[at] = found;
    return found;
  }
}
