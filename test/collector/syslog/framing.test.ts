// Framing by RFC 6587: whatever pieces a stream comes in, the same messages come out, and none is longer than the limit.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SyslogFrames } from "../../../src/collector/syslog/framing.ts";

const MOST = 20;

function framed(stream: string, cuts: readonly number[] = []) {
  const frames = new SyslogFrames(MOST);
  const bytes = Buffer.from(stream, "latin1");
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort(
    (a, b) => a - b,
  );
  const messages = ends.slice(1).flatMap((end, at) => frames.push(bytes.subarray(ends[at], end)));
  const rest = frames.rest();
  return {
    messages: messages.map((each) => each.toString("latin1")),
    rest: rest.toString("latin1"),
    cut: frames.cut,
  };
}

test.each<[string, string, object]>([
  ["lines", "<1>a\n<2>b\n", { messages: ["<1>a", "<2>b"], rest: "" }],
  ["lengths", "4 <1>a6 <2>b\nc", { messages: ["<1>a", "<2>b\nc"], rest: "" }],
  ["both in turn", "4 <1>a<2>b\n4 <3>c", { messages: ["<1>a", "<2>b", "<3>c"] }],
  ["empty lines", "\n\n<1>a\n\n", { messages: ["<1>a"] }],
  ["a line without an end", "<1>a\n<2>b", { messages: ["<1>a"], rest: "<2>b" }],
  ["a length without its message", "9 <1>a", { messages: [], rest: "9 <1>a" }],
  ["digits that are no length", "2023-11-14 m\n", { messages: ["2023-11-14 m"] }],
  ["a length of too many digits", "1234567890 m\n", { messages: ["1234567890 m"] }],
  ["a zero in front", "01 m\n", { messages: ["01 m"] }],
  ["a line too long", `${"x".repeat(30)}\n<1>a\n`, { messages: ["x".repeat(20), "<1>a"], cut: 1 }],
  [
    "a length too long",
    `30 ${"x".repeat(30)}4 <1>a`,
    { messages: ["x".repeat(20), "<1>a"], cut: 1 },
  ],
  ["a flood without an end", "x".repeat(1_000), { messages: ["x".repeat(20)], rest: "", cut: 1 }],
])("%s", (_, stream, wanted) => {
  expect(framed(stream)).toMatchObject(wanted);
});

test("however it is torn", () => {
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom("<", "1", "9", " ", "x", "\n"), maxLength: 40 }),
    fc.nat(40).map((length) => `${length} ${"y".repeat(length)}`),
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (parts, cuts) => {
        const stream = parts.join("");
        const whole = framed(stream);
        expect(framed(stream, cuts)).toEqual(whole);
        expect(whole.messages.every(({ length }) => length > 0 && length <= MOST)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
