// JUnit XML: read back by a strict reader of XML 1.0, whatever the cases are called.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { junitXml } from "../../../src/policy/cases/junit.ts";
import type { CaseResult } from "../../../src/policy/cases/run-cases.ts";
import { parseXml, type XmlElement } from "./support/xml.ts";

function result(changes: Partial<CaseResult["case"]>, message = ""): CaseResult {
  const decision = {
    effect: "deny",
    rule: "",
    ruleSource: "",
    permit: null,
    error: "",
    rolePath: [],
  } as const;
  const request = ["alice", "/", "GET"];
  const given = {
    name: "n",
    context: "",
    request,
    expect: "allow",
    rule: null,
    file: "a.yaml",
    line: 3,
  } as const;
  const durationNs = 1_500_000;
  return { case: { ...given, ...changes }, decision, durationNs, passed: message === "", message };
}

const childrenOf = ({ children }: XmlElement): readonly XmlElement[] =>
  children.filter((child) => typeof child !== "string");

describe("JUnit XML", () => {
  it("has a suite for each file and a testcase for each case", () => {
    const results = [
      result({ name: "one" }),
      result({ name: "two", line: 9 }, "expected allow, got deny by no rule"),
      result({ name: "three", file: "b.yaml" }),
    ];
    const root = parseXml(junitXml(results, Date.UTC(2026, 10, 21, 9, 30)));
    expect(root).toMatchObject({
      name: "testsuites",
      attributes: { tests: "3", failures: "1", errors: "0", time: "0.004500000" },
    });
    const [first, second] = childrenOf(root);
    expect(first).toMatchObject({
      name: "testsuite",
      attributes: { name: "a.yaml", tests: "2", failures: "1", timestamp: "2026-11-21T09:30:00" },
    });
    expect(second).toMatchObject({ attributes: { name: "b.yaml", tests: "1", failures: "0" } });
    const [passed, failed] = childrenOf(first!);
    expect(passed).toEqual({
      name: "testcase",
      attributes: { classname: "a.yaml", name: "one", time: "0.001500000" },
      children: [],
    });
    expect(childrenOf(failed!)).toEqual([
      {
        name: "failure",
        attributes: { type: "policy", message: "expected allow, got deny by no rule" },
        children: ['a.yaml:9: expected allow, got deny by no rule\nrequest: ["alice","/","GET"]'],
      },
    ]);
  });

  it("writes what XML can't as \\u escapes, and everything else as it is", () => {
    const message = "<&>\"'\t\n\r\u0000\u001b\ufffe\ud800é𝄞]]>";
    const suite = childrenOf(parseXml(junitXml([result({}, message)], 0)))[0]!;
    const failure = childrenOf(childrenOf(suite)[0]!)[0]!;
    expect(failure.attributes["message"]).toBe("<&>\"'\t\n\r\\u0000\\u001b\\ufffe\\ud800é𝄞]]>");
  });

  it("is XML for any name, file and message", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (name, file, message) => {
        const root = parseXml(junitXml([result({ name, file }, message), result({ name })], 0));
        expect(root.name).toBe("testsuites");
      }),
      { numRuns: 300 },
    );
  });
});

describe("the reader", () => {
  it.each([
    "<a>",
    "<a></b>",
    "<a b=1/>",
    "<a b='1' b='2'/>",
    "<a>&nbsp;</a>",
    "<a>&</a>",
    "<a b='<'/>",
    "<a>\u0000</a>",
    "<a>&#0;</a>",
    "<a/><b/>",
    "<a>]]></a>",
    "text",
  ])("refuses %j", (xml) => {
    expect(() => parseXml(xml)).toThrow();
  });
});
