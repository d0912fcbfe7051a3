// Names that a certificate may bear: what SPIFFE and DNS allow, and what an attacker would ask for.
import { describe, expect, test } from "vitest";
import { CaError } from "../../src/ca/ca-error.ts";
import { type AskedNames, leafNames } from "../../src/ca/leaf-names.ts";
import { trustDomainFault } from "../../src/ca/spiffe-parts.ts";

const ASKED: AskedNames = { name: "orders", spiffePath: "/orders", dns: [], ips: [] };

test("names are taken as asked, DNS names in lower case and once", () => {
  const dns = ["Orders.Internal", "orders.internal", "*.orders.internal", "localhost"];
  expect(
    leafNames({ ...ASKED, spiffePath: "/ns/a.b/sa/C_d-1", dns, ips: ["::1"] }, "a.test"),
  ).toEqual({
    name: "orders",
    spiffeId: "spiffe://a.test/ns/a.b/sa/C_d-1",
    dns: ["orders.internal", "*.orders.internal", "localhost"],
    ips: ["::1"],
  });
});

test.each<[string, Partial<AskedNames>]>([
  ["..", { name: ".." }],
  ["a file elsewhere", { name: "../orders" }],
  ["a folder", { name: "a/b" }],
  ["a hidden file", { name: ".orders" }],
  ["an option", { name: "-rf" }],
  ["nothing", { name: "" }],
  ["a control character", { name: "or\u001b[2Jders" }],
  ["a NUL", { name: "orders\0" }],
  ["a line end", { name: "orders\n" }],
  ["the CA's own files", { name: "CA" }],
  ["65 characters", { name: "x".repeat(65) }],
  ["a look-alike", { name: "оrders" }],
  ["a path without /", { spiffePath: "orders" }],
  ["no path", { spiffePath: "" }],
  ["only /", { spiffePath: "/" }],
  ["a / at the end", { spiffePath: "/orders/" }],
  ["an empty segment", { spiffePath: "/ns//orders" }],
  ["a dot segment", { spiffePath: "/ns/./orders" }],
  ["two dots", { spiffePath: "/ns/../orders" }],
  ["an escape", { spiffePath: "/ns%2Forders" }],
  ["a query", { spiffePath: "/orders?a" }],
  ["a foreign trust domain", { spiffePath: "spiffe://other.test/orders" }],
  ["2049 bytes", { spiffePath: `/${"x".repeat(2049 - "spiffe://a.test/".length)}` }],
  ["all names", { dns: ["*"] }],
  ["a whole top level", { dns: ["*.com"] }],
  ["a * inside", { dns: ["a.*.test"] }],
  ["a part of a label", { dns: ["a*.b.test"] }],
  ["an address as a name", { dns: ["127.0.0.1"] }],
  ["an empty label", { dns: ["a..test"] }],
  ["a last dot", { dns: ["a.test."] }],
  ["a blank", { dns: ["a.test, DNS:b.test"] }],
  ["a label of 64", { dns: [`${"x".repeat(64)}.test`] }],
  ["beyond ASCII", { dns: ["bücher.test"] }],
  ["a name as an address", { ips: ["localhost"] }],
  ["a zone", { ips: ["fe80::1%eth0"] }],
  ["a block", { ips: ["10.0.0.0/8"] }],
  ["too many", { dns: Array.from({ length: 101 }, (_, at) => `a${at}.test`) }],
])("refused: %s", (_, asked) => {
  expect(() => leafNames({ ...ASKED, ...asked }, "a.test")).toThrow(CaError);
  expect(() => leafNames({ ...ASKED, ...asked }, "a.test")).toThrow(/^[ -~]+$/);
});

test("an ID of 2048 bytes is taken", () => {
  const spiffePath = `/${"x".repeat(2048 - "spiffe://a.test/".length)}`;
  expect(leafNames({ ...ASKED, spiffePath }, "a.test").spiffeId).toHaveLength(2048);
});

describe("trust domains", () => {
  test.each(["example.org", "a", "prod-1.mesh_x.internal", "xn--bcher-kva.test"])(
    "taken: %s",
    (name) => expect(trustDomainFault(name)).toBe(""),
  );
  test.each([
    "",
    "Example.org",
    ".example.org",
    "example.org.",
    "a..b",
    "10.0.0.1",
    "0x7f",
    "a:80",
    "a/b",
    "user@a",
    "ä.test",
    "*.a.test",
    `${"x".repeat(64)}.test`,
    "a.".repeat(127) + "ab",
  ])("refused: %s", (name) => expect(trustDomainFault(name)).not.toBe(""));
});
