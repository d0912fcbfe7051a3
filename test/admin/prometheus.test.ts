// The reader that holds /metrics to the text format 0.0.4 finds what is wrong: else it would prove nothing.
import { expect, test } from "vitest";
import { readPrometheus } from "./support/prometheus.ts";

function counter(...samples: string[]): string {
  return ["# HELP a_total A.", "# TYPE a_total counter", ...samples, ""].join("\n");
}

function histogram(...samples: string[]): string {
  return ["# HELP h H.", "# TYPE h histogram", ...samples, ""].join("\n");
}

const WHOLE = ['h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', "h_sum 3.5", "h_count 2"];

test("what is sound is read, escapes and all", () => {
  const text = counter('a_total{b="x\\\\y\\"z\\n",c=""} 1e+06') + histogram(...WHOLE);
  const families = readPrometheus(text);
  expect(families.get("a_total")?.samples).toEqual([
    { name: "a_total", labels: { b: 'x\\y"z\n', c: "" }, value: 1_000_000 },
  ]);
  expect(families.get("h")?.samples).toHaveLength(4);
});

test.each([
  ["no end of line", counter("a_total 1").trimEnd()],
  ["a sample before its family", `a_total 1\n${counter()}`],
  ["HELP twice", counter() + counter()],
  ["HELP without TYPE", `# HELP b B.\n${counter()}`],
  ["TYPE without HELP", "# TYPE b gauge\n"],
  ["an unknown type", "# HELP b B.\n# TYPE b number\n"],
  ["an open escape in HELP", "# HELP b \\t\n# TYPE b gauge\n"],
  ["a sample of another family", counter("b_total 1")],
  ["an illegal label name", counter('a_total{0b="x"} 1')],
  ["an unescaped quote", counter('a_total{b="x"y"} 1')],
  ["a label twice", counter('a_total{b="x",b="y"} 1')],
  [
    "a series twice, whatever the order of its labels",
    counter('a_total{b="x",c="y"} 1', 'a_total{c="y",b="x"} 1'),
  ],
  ["a counter without _total", "# HELP a A.\n# TYPE a counter\na 1\n"],
  ["a negative counter", counter("a_total -1")],
  ["no number", counter("a_total one")],
  ["falling buckets", histogram('h_bucket{le="1"} 3', ...WHOLE.slice(1))],
  ["buckets out of order", histogram('h_bucket{le="2"} 1', ...WHOLE)],
  ["no +Inf", histogram(...WHOLE.toSpliced(1, 1))],
  ["no sum", histogram(...WHOLE.toSpliced(2, 1))],
  ["a count that is not +Inf's", histogram(...WHOLE.slice(0, 3), "h_count 3")],
])("%s is a fault", (_, text) => {
  expect(() => readPrometheus(text)).toThrow();
});
