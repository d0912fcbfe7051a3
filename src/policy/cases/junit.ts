// Results as JUnit XML, which CI servers show: one suite a file, one testcase a case.
import type { CaseResult } from "./run-cases.ts";

/** Attributes that every reader of the format knows; times in seconds. `startedAtMs` since the epoch. */
export function junitXml(results: readonly CaseResult[], startedAtMs: number): string {
  const files = Map.groupBy(results, ({ case: { file } }) => file);
  const suites = [...files].map(([file, ofFile]) => suiteXml(file, ofFile, startedAtMs));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="weir policy test" ${counts(results)}>`,
    ...suites,
    "</testsuites>\n",
  ].join("\n");
}

function suiteXml(file: string, results: readonly CaseResult[], startedAtMs: number): string {
  const timestamp = new Date(startedAtMs).toISOString().slice(0, 19);
  const head = `name="${escaped(file)}" ${counts(results)} timestamp="${timestamp}"`;
  const cases = results.map((result) => caseXml(file, result));
  return [`  <testsuite ${head}>`, ...cases, "  </testsuite>"].join("\n");
}

function caseXml(file: string, { case: each, passed, message, durationNs }: CaseResult): string {
  const head = `    <testcase classname="${escaped(file)}" name="${escaped(each.name)}" time="${seconds(durationNs)}"`;
  if (passed) return `${head}/>`;
  const details = `${file}:${each.line}: ${message}\nrequest: ${JSON.stringify(each.request)}`;
  const failure = `<failure type="policy" message="${escaped(message)}">${escaped(details)}</failure>`;
  return `${head}>\n      ${failure}\n    </testcase>`;
}

function counts(results: readonly CaseResult[]): string {
  const failures = results.filter(({ passed }) => !passed).length;
  const totalNs = results.reduce((sum, { durationNs }) => sum + durationNs, 0);
  return `tests="${results.length}" failures="${failures}" errors="0" skipped="0" time="${seconds(totalNs)}"`;
}

function seconds(durationNs: number): string {
  return (durationNs / 1e9).toFixed(9);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};
/** What XML 1.0 has no way to write (section 2.2), lone surrogates among it. */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function escaped(text: string): string {
  return text
    .replace(
      UNWRITABLE,
      (found) => `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    )
    .replace(/[&<>"\t\n\r]/g, (found) => ENTITIES[found] ?? "");
}
