// Runs one fuzz target for its share of the time: fast-check prints seed and smallest input of what fails.
import * as fc from "fast-check";
import { expect } from "vitest";
import { usedBytes } from "../../support/used-bytes.ts";
import { workedMs } from "../../support/worked-ms.ts";

/** Of all targets of one file together; 0: a fixed number of inputs. */
const fuzzMs = Number(process.env["WEIR_FUZZ_MS"] ?? 0);
const FIXED_RUNS = 500;
/** An input of a few kilobytes that takes longer is an attack by itself. */
const MAX_INPUT_MS = 1_000;
/** What stays after a collection is below this, unless a target hoards. */
const MAX_GROWTH_BYTES = 200 * 1024 * 1024;

/** Tries what `inputs` makes; `target` throws where it finds a fault. `share`: of WEIR_FUZZ_MS. */
export function fuzz<T>(inputs: fc.Arbitrary<T>, target: (input: T) => void, share: number): void {
  const before = usedBytes();
  const timed = (input: T): void => {
    const startedMs = workedMs();
    target(input);
    expect(workedMs() - startedMs).toBeLessThan(MAX_INPUT_MS);
  };
  fc.assert(
    fc.property(inputs, timed),
    fuzzMs === 0
      ? { numRuns: FIXED_RUNS }
      : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: fuzzMs * share },
  );
  expect(usedBytes() - before).toBeLessThan(MAX_GROWTH_BYTES);
}

/** What texts are torn at, in one format or another. */
const TOKENS = [
  ..."\r\n\t\0 :;,./\\%&=?#\"'{}[]()<>|@*-+_~$^`!0159afxAFX\x7f\x80\xff".split(""),
  ..."\r\n|\r\n\r\n|\n\n|%00|%2f|%2e|..|//|chunked|Content-Length: |Transfer-Encoding: |0x|=".split(
    "|",
  ),
  ...'DNS:|URI:|, |"\\u0000"|${env:X}|&a |*a|<<: |- |!!binary |---\n|$argon2id$|Basic |99999999999999999999'.split(
    "|",
  ),
];

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(100_000),
  remove: fc.oneof(fc.constantFrom(0, 0, 1, 2), fc.nat(40)),
  insert: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("", ...TOKENS) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...TOKENS), fc.nat(2_000))
        .map(([token, times]) => token.repeat(times)),
    },
  ),
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((before, { at, remove, insert }) => {
    const from = at % (before.length + 1);
    return before.slice(0, from) + insert + before.slice(from + remove);
  }, text);
}

/** Texts of a corpus, changed in a few places, or two of them spliced. */
export function mutated(corpus: readonly string[]): fc.Arbitrary<string> {
  const one = fc.constantFrom(...corpus);
  const spliced = fc
    .tuple(one, one, fc.nat(10_000), fc.nat(10_000))
    .map(
      ([first, second, cut, from]) =>
        first.slice(0, cut % (first.length + 1)) + second.slice(from % (second.length + 1)),
    );
  return fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: one }, { weight: 1, arbitrary: spliced }),
      fc.array(mutation, { maxLength: 4 }),
    )
    .map(([text, mutations]) => mutate(text, mutations));
}

/** Every byte is one character. */
export function mutatedBytes(corpus: readonly string[]): fc.Arbitrary<string> {
  return mutated(corpus).map((text) => Buffer.from(text, "latin1").toString("latin1"));
}
