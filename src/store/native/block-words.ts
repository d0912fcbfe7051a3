// All words of a block, each with one number, whatever numbers the row groups it is made of gave them.
import type { RowGroup } from "../../telemetry/groups/row-group.ts";

export class BlockWords {
  readonly #ids = new Map<string, number>([["", 0]]);
  readonly #texts: string[] = [""];

  /** By a group's numbers, ours. */
  numbersOf({ words }: RowGroup): Uint32Array {
    const numbers = new Uint32Array(words.length);
    for (let at = 0; at < words.length; at++) numbers[at] = this.#idOf(words[at] ?? "");
    return numbers;
  }

  text(id: number): string {
    return this.#texts[id] ?? "";
  }

  #idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}
