// The names of a certificate as Node writes them: read to the end, or none.
import { expect, it } from "vitest";
import { parseAltNames } from "../../src/core/alt-names.ts";

it.for<[text: string, dns: string[], uris: string[], ips?: string[]]>([
  ["", [], []],
  [
    "DNS:A.test, URI:spiffe://T/a, IP Address:0:0:0:0:0:0:0:1",
    ["a.test"],
    ["spiffe://T/a"],
    ["0:0:0:0:0:0:0:1"],
  ],
  ['DNS:"a.test\\u002c URI:spiffe://t/evil"', ["a.test, uri:spiffe://t/evil"], []],
  ['DNS:a.test, URI:"x\\u0000"', ["a.test"], ["x\0"]],
  // Node never writes these.
  ['DNS:a.test, URI:"open', [], []],
  ['DNS:a.test, URI:"\\x"', [], []],
  ['DNS:a.test, URI:"\\u00"', [], []],
  ['DNS:a.test, URI:"\0"', [], []],
  ["DNS:a.test,URI:x", [], []],
  ["a.test", [], []],
])("%j", ([text, dns, uris, ips = []]) => {
  expect(parseAltNames(text)).toEqual({ dns, uris, ips });
});
