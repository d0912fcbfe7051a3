// The common name of a certificate, also of one that Node's own way to it does not survive.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commonNameOf } from "../../src/core/common-name.ts";

function certificateOf(subject: string): X509Certificate {
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const options = ["-keyout", "/dev/null", "-subj", subject, "-utf8"];
  return new X509Certificate(execFileSync("openssl", [...args, ...options], { stdio: "pipe" }));
}

it.each([
  ["/CN=a.test", "a.test"],
  ["/O=b/CN=a.test/OU=c", "a.test"],
  ['/CN=a, b\\\\"<>', 'a, b\\"<>'],
  ["/CN=caf\u00e9", "caf\u00e9"],
  ["/O=CN=x", ""],
  ["/CN=a/CN=b", ""],
  ["/O=b", ""],
  ["/", ""],
])("%s", (subject, name) => {
  expect(commonNameOf(certificateOf(subject))).toBe(name);
});

it("of a certificate whose key nobody knows", () => {
  const file = join(import.meta.dirname, "../fixtures/certificates/unknown-key.crt");
  expect(commonNameOf(new X509Certificate(readFileSync(file)))).toBe("a.test");
});
