// The one normal form of a host's name, and what has none.
import { describe, expect, it } from "vitest";
import { hostName } from "../../src/core/host-name.ts";

it.each([
  ["a.test", "a.test"],
  ["A.Test", "a.test"],
  ["a.test.", "a.test"],
  ["localhost", "localhost"],
  ["my_app-1", "my_app-1"],
  ["XN--MNCHEN-3YA.test", "xn--mnchen-3ya.test"],
  ["10.0.0.1", "10.0.0.1"],
  ["1.2.3.4.test", "1.2.3.4.test"],
  ["[::1]", "[::1]"],
  ["[0:0:0:0:0:0:0:1]", "[::1]"],
  ["[2001:DB8::00AB]", "[2001:db8::ab]"],
  ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
])("%s -> %s", (text, name) => {
  expect(hostName(text)).toBe(name);
  expect(hostName(name)).toBe(name);
});

const NO_HOSTS = {
  "broken labels": [
    "",
    ".",
    "..",
    ".a",
    "a..b",
    "a.test..",
    "-a",
    "a-",
    "a.-b",
    "*",
    "a".repeat(254),
  ],
  "an address in disguise": [
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.01",
    "1.2.3.4.5",
  ],
  "other characters": [
    "ex%61mple.org",
    "m\u00fcnchen.test",
    "\uff41.test",
    "a,b",
    "a;b",
    "a~b",
    "a b",
  ],
  "broken IPv6": ["[::1", "::1", "[]", "[::g]", "[fe80::1%25eth0]", "[1.2.3.4]", "[v1.a]", "a:1"],
};

describe.each(Object.entries(NO_HOSTS))("%s", (_, texts) => {
  it.each(texts)("%s", (text) => expect(hostName(text)).toBeNull());
});
