// Host patterns of routes in the normal form of the hosts that requests name.
import { expect, it } from "vitest";
import { normalHostPattern } from "../../src/config/route-pattern.ts";

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
