// HTTP header fields as received: order and case kept, looked up without regard to case.
import { remembering } from "./remembering.ts";

/**
 * Fields as a flat array [name, value, name, value, ...], the shape node:http gives and takes.
 * Never changed in place: a changed list is a new array.
 */
export type RawHeaders = readonly string[];

/** A read-only view of raw headers; names are lower-cased once, on the first look-up. */
export class HeaderList {
  readonly raw: RawHeaders;
  #names: readonly string[] | null = null;

  constructor(raw: RawHeaders) {
    this.raw = raw;
  }

  /** Lower-case names, one for each field, in order. */
  get names(): readonly string[] {
    this.#names ??= lowerNames(this.raw);
    return this.#names;
  }

  /** The first value of a field, by lower-case name; undefined where there is none. */
  get(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.raw[at * 2 + 1];
  }

  /** Every value of a field, in order, by lower-case name. */
  all(name: string): string[] {
    const values: string[] = [];
    const { names, raw } = this;
    for (let at = names.indexOf(name); at >= 0; at = names.indexOf(name, at + 1)) {
      values.push(raw[at * 2 + 1] ?? "");
    }
    return values;
  }

  /** Every value of a list field joined by ", " (RFC 9110 section 5.3); undefined where none. */
  joined(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** More than one field of this lower-case name. */
  isRepeated(name: string): boolean {
    const { names } = this;
    return names.indexOf(name) !== names.lastIndexOf(name);
  }
}

function lowerNames(raw: RawHeaders): string[] {
  const names: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) names.push(lower(raw[at] ?? ""));
  return names;
}

/** Peers send the same few names again and again: each is lower-cased and hashed once. */
const lower = remembering((name) => name.toLowerCase());
