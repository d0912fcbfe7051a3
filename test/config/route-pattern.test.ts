// Patterns of routes are in the normal form of what requests name, or could never match.
import { expect, it } from "vitest";
import { normalHostPattern, pathPatternProblem } from "../../src/config/route-pattern.ts";

it.each([
  ["*", "*"],
  ["*.Example.org.", "*.example.org"],
  ["Example.org", "example.org"],
  ["[2001:DB8:0::1]", "[2001:db8::1]"],
  ["10.0.0.1", "10.0.0.1"],
  ["*.10.0.0.1", null],
  ["*.[::1]", null],
  ["*.", null],
  ["a.*.org", null],
  ["example.org:80", null],
  ["m\u00fcnchen.test", null],
])("%s -> %s", (pattern, normal) => expect(normalHostPattern(pattern)).toBe(normal));

it.each(["/a;v=1", "/a%2Fb", "/a./b", "/a%20/b", "/%252e", "/%C0%AF", "/%EF%BC%8F", "/a%3Bb"])(
  "%s is no path pattern",
  (pattern) => expect(pathPatternProblem(pattern, [])).toMatch(/no request path may have/),
);

it.each(["/", "/a%20b/:id/**", "/caf%C3%A9", "/50%25", "/..x"])("%s is one", (pattern) =>
  expect(pathPatternProblem(pattern, [])).toBeNull(),
);

it.each([
  ["/a%2Fb/:id", "encoded_slash", null],
  ["/%2F/**", "encoded_slash", null],
  ["/a;v=1/:id", "semicolon", null],
  ["/a%2fb", "encoded_slash", /write %2F/],
  ["/..%2Fb", "encoded_slash", /no request path may have/],
  ["/..;x", "semicolon", /no request path may have/],
  ["/a%3Bb", "semicolon", /no request path may have/],
  ["/a%2Fb", "semicolon", /no request path may have/],
  ["/a;v=1", "encoded_slash", /no request path may have/],
] as const)("%s where requests may have an %s", (pattern, form, problem) => {
  const found = pathPatternProblem(pattern, [form]);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toMatch(problem);
});
