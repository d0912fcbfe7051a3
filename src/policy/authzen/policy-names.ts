// The names that a policy has for one field of a request, read off its image: no rule becomes an object for it.
import { type Readings, readingsOf, type Written } from "../classes/readings.ts";
import type { PolicyImage } from "../image/policy-image.ts";
import type { RuleTable } from "../image/rule-table.ts";
import { Strings } from "../image/strings.ts";

export interface PolicyNames {
  /** Roles are left out: other names hold them. */
  readonly names: ReadonlySet<string>;
  /** Whether patterns, or what can't be read off the matcher, may match others as well. */
  readonly mayBeMore: boolean;
}

/** `places` are positions in the request. Takes some hundred nanoseconds a rule. */
export function policyNames(image: PolicyImage, places: ReadonlySet<number>): PolicyNames {
  const readings = readingsOf(image.model.matcher, image.model);
  const isUnread = places.size === 0 || readings.opaque.length > 0;
  const names = new NameSet(image);
  for (const { field, functionName, written } of readings.texts) {
    if (places.has(field)) names.addWritten(written, functionName);
  }
  for (const reading of readings.roles) names.addRole(reading, places);
  return { names: names.withoutRoles(), mayBeMore: isUnread || names.hasPatterns };
}

/** Of any of the matching functions; a text without them matches itself, and nothing else. */
const SIGNS = /[*:{}[\]()\\?+|^$.]/;

class NameSet {
  readonly #image: PolicyImage;
  readonly #strings: Strings;
  readonly #names = new Set<string>();
  hasPatterns = false;

  constructor(image: PolicyImage) {
    this.#image = image;
    this.#strings = new Strings(image.strings);
  }

  addWritten(written: Written, functionName: string): void {
    for (const text of this.#writtenTexts(written)) {
      // It finds its pattern anywhere in a text.
      const isPattern = functionName === "regexMatch" || SIGNS.test(text);
      if (functionName === "==" || !isPattern) this.#names.add(text);
      else this.hasPatterns = true;
    }
  }

  addRole(
    { field, definition, written, domain }: Readings["roles"][number],
    places: ReadonlySet<number>,
  ): void {
    const links = this.#image.roles.find(({ name }) => name === definition);
    if (places.has(domain) && links !== undefined) this.#addColumn(links.table, 2);
    if (!places.has(field)) return;
    for (const text of this.#writtenTexts(written)) this.#names.add(text);
    if (links !== undefined) this.#addColumn(links.table, 0);
  }

  withoutRoles(): ReadonlySet<string> {
    for (const { table } of this.#image.roles) {
      for (const role of this.#columnTexts(table, 1)) this.#names.delete(role);
    }
    return this.#names;
  }

  #addColumn(table: RuleTable, column: number): void {
    for (const text of this.#columnTexts(table, column)) this.#names.add(text);
  }

  #writtenTexts(written: Written): Iterable<string> {
    if ("literal" in written) return [written.literal];
    return this.#columnTexts(this.#image.table, written.column);
  }

  /** Each once. */
  *#columnTexts({ fields, count, width }: RuleTable, column: number): Generator<string> {
    const seen = new Set<number>();
    if (column >= width) return;
    for (let row = 0; row < count; row++) seen.add(fields[row * width + column] ?? 0);
    for (const id of seen) yield this.#strings.text(id);
  }
}
