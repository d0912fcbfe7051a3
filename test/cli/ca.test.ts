// `weir ca` as people and scripts see it: what it writes is judged by openssl and by Node's TLS, and it refuses what is unsafe.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import { describe, expect, test, vi } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import { useCaFolder } from "./support/ca-folder.ts";

const { at, ca } = useCaFolder();

const read = (...names: readonly string[]): string => readFileSync(at(...names), "utf8");
const modeOf = (...names: readonly string[]): number => statSync(at(...names)).mode & 0o777;

/** What it prints, also where it fails. */
function openssl(...args: readonly string[]): string {
  try {
    return execFileSync("openssl", args, { cwd: at(), stdio: "pipe", encoding: "utf8" });
  } catch (thrown) {
    const { stdout, stderr } = thrown as { readonly stdout: string; readonly stderr: string };
    return `${stdout}${stderr}`;
  }
}

const textOf = (file: string): string => openssl("x509", "-in", file, "-noout", "-text");
const serialOf = (file: string): string =>
  openssl("x509", "-in", file, "-noout", "-serial").trim().replace("serial=", "").toLowerCase();
const verify = (file: string, ...more: readonly string[]): string =>
  openssl("verify", "-x509_strict", ...more, "-CAfile", ".weir/ca/ca.crt", file);

async function init(domain = "example.org"): Promise<void> {
  expect(await ca("init", "--trust-domain", domain)).toMatchObject({ status: 0, err: "" });
}

async function issue(...args: readonly string[]): Promise<void> {
  expect(await ca("issue", ...args)).toMatchObject({ status: 0, err: "" });
}

async function refused(says: RegExp, ...args: readonly string[]): Promise<void> {
  const { status, out, err } = await ca(...args);
  expect({ status, out, err }).toEqual({ status: 2, out: "", err: expect.stringMatching(says) });
  expect(`${out}${err}`).not.toContain("PRIVATE KEY");
}

describe("weir ca init", () => {
  test("makes a root for one trust domain, its key for nobody else, and an empty list", async () => {
    const { status, out } = await ca("init", "--trust-domain", "example.org");
    expect({ status, out }).toMatchObject({
      status: 0,
      out: expect.stringMatching(/CA for example.org/),
    });
    expect(out).not.toContain("PRIVATE");
    expect([modeOf(".weir/ca"), modeOf(".weir/ca/ca.key"), modeOf(".weir/ca/ca.crt")]).toEqual([
      0o700, 0o600, 0o644,
    ]);
    const text = textOf(".weir/ca/ca.crt");
    for (const part of [
      /Basic Constraints: critical\s+CA:TRUE, pathlen:0/,
      /Key Usage: critical\s+Certificate Sign, CRL Sign\n/,
      /Name Constraints: critical\s+Permitted:\s+URI:example\.org/,
      /URI:spiffe:\/\/example\.org\n/,
      /NIST CURVE: P-256/,
      /ecdsa-with-SHA256/,
    ]) {
      expect(text).toMatch(part);
    }
    const years =
      (Date.parse(/Not After : (.*)/.exec(text)?.[1] ?? "") - Date.now()) / 31_557_600_000;
    expect(years).toBeCloseTo(10, 1);
    expect(openssl("crl", "-in", ".weir/ca/ca.crl", "-noout", "-text")).toMatch(
      /No Revoked Certificates/,
    );
    expect(
      openssl("verify", "-x509_strict", "-CAfile", ".weir/ca/ca.crt", ".weir/ca/ca.crt"),
    ).toMatch(/: OK/);
  });

  test("never goes over what is there, and two at once make one", async () => {
    const both = await Promise.allSettled(
      [0, 1].map(() =>
        import("../../src/ca/create-authority.ts").then(({ createAuthority: make }) =>
          make(at("x"), "a.test", Date.now()),
        ),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const key = read("x/ca.key");
    await refused(/is there already/, "init", "--trust-domain", "b.test", "--dir", "x");
    expect(read("x/ca.key")).toBe(key);
    rmSync(at("x/ca.crt"));
    rmSync(at("x/ca.crl"));
    await refused(/ca\.key is there already/, "init", "--trust-domain", "b.test", "--dir", "x");
    expect(read("x/ca.key")).toBe(key);
    expect(openssl("x509", "-in", "x/ca.crt", "-noout")).not.toBe("");
  });

  test.each(["Example.org", "../x", "", "10.0.0.1", "a b"])(
    "refuses the trust domain %j",
    async (name) => {
      await refused(/trust domain/, "init", "--trust-domain", name);
      expect(existsSync(at(".weir"))).toBe(false);
    },
  );

  test("refuses a folder that others can write, and one that can't be made", async () => {
    mkdirSync(at("open"));
    chmodSync(at("open"), 0o777);
    await refused(/can be changed by others/, "init", "--trust-domain", "a.test", "--dir", "open");
    writeFileSync(at("file"), "");
    await refused(/ENOTDIR|EEXIST/, "init", "--trust-domain", "a.test", "--dir", "file/ca");
  });
});

describe("weir ca issue", () => {
  test("issues what X509-SVID asks for, and openssl takes it for servers and clients", async () => {
    await init();
    await issue(
      "orders",
      "--spiffe-path",
      "/ns/default/sa/orders",
      "--dns",
      "orders.internal",
      "--ip",
      "127.0.0.1",
      "--ip",
      "::1",
      "--out",
      "certs",
    );
    const text = textOf("certs/orders.crt");
    for (const part of [
      /Subject: CN = ?orders\n/,
      /Basic Constraints: critical\s+CA:FALSE/,
      /Key Usage: critical\s+Digital Signature\n/,
      /TLS Web Server Authentication, TLS Web Client Authentication/,
      /Alternative Name: *\n\s+URI:spiffe:\/\/example\.org\/ns\/default\/sa\/orders, DNS:orders\.internal, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1\n/,
      /Subject Key Identifier/,
      /Authority Key Identifier/,
    ]) {
      expect(text).toMatch(part);
    }
    expect(text.match(/URI:/g)).toHaveLength(1);
    expect(serialOf("certs/orders.crt")).toMatch(/^[4-7][0-9a-f]{31}$/);
    expect(
      verify("certs/orders.crt", "-purpose", "sslserver", "-verify_hostname", "orders.internal"),
    ).toMatch(/OK/);
    expect(verify("certs/orders.crt", "-purpose", "sslclient", "-verify_ip", "::1")).toMatch(/OK/);
    expect(verify("certs/orders.crt", "-crl_check", "-CRLfile", ".weir/ca/ca.crl")).toMatch(/OK/);
    expect([modeOf("certs/orders.key"), modeOf("certs/orders.crt")]).toEqual([0o600, 0o644]);
    expect(read("certs/ca.crt")).toBe(read(".weir/ca/ca.crt"));
    expect(readdirSync(at("certs")).sort()).toEqual(["ca.crt", "orders.crt", "orders.key"]);
  });

  test("a certificate of another trust domain is none, whoever signs it with the CA's key", async () => {
    await init();
    await issue("orders");
    for (const [uri, says] of [
      ["spiffe://other.test/orders", /permitted subtree violation/],
      ["spiffe://example.org/orders", /OK/],
    ] as const) {
      openssl("req", "-new", "-key", "orders.key", "-subj", "/CN=x", "-out", "x.csr");
      writeFileSync(at("x.ext"), `basicConstraints=CA:FALSE\nsubjectAltName=URI:${uri}\n`);
      openssl(
        "x509",
        "-req",
        "-in",
        "x.csr",
        "-CA",
        ".weir/ca/ca.crt",
        "-CAkey",
        ".weir/ca/ca.key",
        "-CAcreateserial",
        "-extfile",
        "x.ext",
        "-out",
        "x.crt",
      );
      expect(openssl("verify", "-CAfile", ".weir/ca/ca.crt", "x.crt")).toMatch(says);
    }
  });

  test("Node's TLS takes them from both sides, and a revoked one no more", async () => {
    await init();
    await issue("server", "--dns", "localhost");
    await issue("client");
    expect(await handshake()).toBe("URI:spiffe://example.org/client");
    await ca("revoke", "client");
    expect(await handshake()).toMatch(/revoked/i);
    await issue("client");
    expect(await handshake()).toBe("URI:spiffe://example.org/client");
  });

  /** Whom the server sees, or why it sees nobody. */
  async function handshake(): Promise<string> {
    const pair = (name: string) => ({
      cert: read(`${name}.crt`),
      key: read(`${name}.key`),
      ca: read("ca.crt"),
    });
    const server = createServer({
      ...pair("server"),
      crl: read(".weir/ca/ca.crl"),
      requestCert: true,
      rejectUnauthorized: false,
    });
    const seen = new Promise<string>((resolve) =>
      server.once("secureConnection", (socket: TLSSocket) => {
        resolve(
          socket.authorized
            ? (socket.getPeerCertificate().subjectaltname ?? "")
            : String(socket.authorizationError),
        );
        socket.end();
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: "127.0.0.1", port, servername: "localhost", ...pair("client") });
    const failed = new Promise<string>((resolve) =>
      client.once("error", ({ message }) => resolve(message)),
    );
    try {
      return await Promise.race([seen, failed]);
    } finally {
      client.destroy();
      server.close();
    }
  }

  test("lives as long as asked, but not longer than the CA", async () => {
    await init();
    await issue("short", "--ttl", "90s");
    expect(
      Date.parse(/Not After : (.*)/.exec(textOf("short.crt"))?.[1] ?? "") - Date.now(),
    ).toBeLessThan(90_000);
    await issue("long", "--ttl", "9999d");
    expect(verify("long.crt")).toMatch(/OK/);
    const ends = ["long.crt", ".weir/ca/ca.crt"].map(
      (file) => /Not After : (.*)/.exec(textOf(file))?.[1],
    );
    expect(ends[0]).toBe(ends[1]);
    for (const ttl of ["1s", "0h", "-1h", "24", "1y", "1e9h", "9999999d"]) {
      expect((await ca("issue", "x", `--ttl=${ttl}`)).status).toBe(2);
    }
  });

  test("many at once have each their own number, and all can be revoked by name", async () => {
    await init();
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        import("../../src/ca/issue.ts").then(async ({ issueInto }) => {
          const { openAuthority } = await import("../../src/ca/authority.ts");
          const names = {
            name: "orders",
            spiffeId: "spiffe://example.org/orders",
            dns: [],
            ips: [],
          };
          await issueInto(openAuthority(at(".weir/ca"), Date.now()), {
            names,
            lifeMs: 60_000,
            out: at(`out${n}`),
            nowMs: Date.now(),
          });
        }),
      ),
    );
    const serials = Array.from({ length: 8 }, (_, n) => serialOf(`out${n}/orders.crt`)).sort();
    expect(new Set(serials).size).toBe(8);
    const { out } = await ca("revoke", "orders", "--json");
    expect(JSON.parse(out)).toMatchObject({ serials });
    expect(verify("out5/orders.crt", "-crl_check", "-CRLfile", ".weir/ca/ca.crl")).toMatch(
      /certificate revoked/,
    );
  });

  test("does not write through a link, into a folder anybody can change, or over what is not its own", async () => {
    await init();
    writeFileSync(at("elsewhere"), "mine");
    symlinkSync(at("elsewhere"), at("orders.key"));
    await refused(/is a link/, "issue", "orders");
    expect(read("elsewhere")).toBe("mine");
    rmSync(at("orders.key"));
    writeFileSync(at("orders.key"), "another's key");
    await refused(/not from this CA/, "issue", "orders");
    expect(read("orders.key")).toBe("another's key");
    mkdirSync(at("open"));
    chmodSync(at("open"), 0o777);
    await refused(/anybody can change/, "issue", "web", "--out", "open");
    mkdirSync(at("real"));
    symlinkSync(at("real"), at("linked"));
    await issue("web", "--out", "linked");
    expect(existsSync(at("real/web.crt"))).toBe(true);
    await ca("init", "--trust-domain", "b.test", "--dir", "other");
    await refused(/another CA's/, "issue", "api", "--dir", "other", "--out", "real");
    await refused(/ca is .*|name "ca"/, "issue", "ca");
    await refused(/\\u001b/, "issue", "a\u001b[31m");
  });
});

describe("a CA that is not sound is not used", () => {
  test.each<[string, RegExp, (key: string, crt: string) => void]>([
    ["no CA", /there is no CA/, (key, crt) => [key, crt].forEach((file) => rmSync(file))],
    ["no key", /no .*ca\.key/, (key) => rmSync(key)],
    [
      "a key that the group can read",
      /can be read or changed by others \(mode 640\)/,
      (key) => chmodSync(key, 0o640),
    ],
    ["a key that all can read", /mode 604/, (key) => chmodSync(key, 0o604)],
    [
      "a damaged certificate",
      /holds no certificate/,
      (_, crt) => writeFileSync(crt, read(".weir/ca/ca.crt").slice(0, 200)),
    ],
    ["an empty certificate", /holds no certificate/, (_, crt) => writeFileSync(crt, "")],
    [
      "a damaged key",
      /is no private key/,
      (key) => writeFileSync(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
    ],
    [
      "another's key",
      /does not belong/,
      (key) => openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key),
    ],
    ["a key of another kind", /is no P-256 key/, (key) => openssl("genrsa", "-out", key, "2048")],
    [
      "a leaf in place of the CA",
      /is no certificate of a CA/,
      (_, crt) => copyFileSync(at("orders.crt"), crt),
    ],
    [
      "a folder",
      /is no file|can't be read/,
      (key) => {
        rmSync(key);
        mkdirSync(key);
      },
    ],
    [
      "a pipe",
      /is no file/,
      (key) => {
        rmSync(key);
        execFileSync("mkfifo", ["-m", "600", key]);
      },
    ],
    ["a large file", /too large/, (_, crt) => writeFileSync(crt, "x".repeat(100_000))],
  ])("%s", async (_, says, spoil) => {
    await init();
    await issue("orders");
    const before = read("orders.crt");
    spoil(at(".weir/ca/ca.key"), at(".weir/ca/ca.crt"));
    await refused(says, "issue", "orders");
    await refused(says, "renew", "orders.crt", "--force");
    await refused(says, "revoke", "orders");
    expect(read("orders.crt")).toBe(before);
  });

  test("another program's CA", async () => {
    using authority = createAuthority();
    mkdirSync(at(".weir/ca"), { recursive: true });
    copyFileSync(authority.ca, at(".weir/ca/ca.crt"));
    copyFileSync(join(authority.folder, "ca.key"), at(".weir/ca/ca.key"));
    chmodSync(at(".weir/ca/ca.key"), 0o600);
    await refused(/names no trust domain/, "issue", "orders");
  });

  test("a clock before its begin, or after its end", async () => {
    await init();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
    await refused(/is the clock right/, "issue", "orders");
    vi.setSystemTime(Date.now() + 11 * 31_557_600_000);
    await refused(/has expired/, "issue", "orders");
  });
});

describe("weir ca renew", () => {
  test("renews at two thirds of life: same names, new key, new number; not before, unless forced", async () => {
    await init();
    await issue(
      "orders",
      "--dns",
      "a.test",
      "--ip",
      "::1",
      "--spiffe-path",
      "/x/y",
      "--ttl",
      "30h",
    );
    const [cert, key, serial] = [read("orders.crt"), read("orders.key"), serialOf("orders.crt")];
    chmodSync(at("orders.key"), 0o640);
    expect((await ca("renew")).out).toMatch(/^kept {4}orders\.crt, until /);
    expect(read("orders.crt")).toBe(cert);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 19 * 3_600_000 });
    expect((await ca("renew", "orders.crt")).out).toMatch(/^kept/);
    vi.setSystemTime(Date.now() + 3 * 3_600_000);
    expect((await ca("renew", "orders.crt")).out).toMatch(/^renewed orders\.crt, until /);
    expect(read("orders.key")).not.toBe(key);
    expect(serialOf("orders.crt")).not.toBe(serial);
    expect(textOf("orders.crt")).toMatch(
      /URI:spiffe:\/\/example.org\/x\/y, DNS:a\.test, IP Address:0:0:0:0:0:0:0:1\n/,
    );
    expect(modeOf("orders.key")).toBe(0o640);
    const [from, to] = ["Before", "After "].map((word) =>
      Date.parse(new RegExp(`Not ${word}: (.*)`).exec(textOf("orders.crt"))?.[1] ?? ""),
    );
    expect(Number(to) - Number(from)).toBe(30 * 3_600_000);
    expect(openssl("x509", "-in", "orders.crt", "-noout", "-pubkey")).toBe(
      openssl("pkey", "-in", "orders.key", "-pubout"),
    );
    const { out } = await ca("renew", "--force", "--json");
    expect(JSON.parse(out)).toMatchObject({
      certificates: [{ action: "renewed", certificate: "orders.crt" }],
    });
  });

  test("refuses what is another's, revoked, or no certificate", async () => {
    await init();
    await issue("orders");
    await ca("revoke", serialOf("orders.crt"));
    await refused(/is revoked/, "renew", "orders.crt", "--force");
    await ca("init", "--trust-domain", "b.test", "--dir", "other");
    await refused(
      /is not from the CA in other/,
      "renew",
      "orders.crt",
      "--force",
      "--dir",
      "other",
    );
    await refused(/no certificate of the CA/, "renew", "--dir", "other");
    writeFileSync(at("x.crt"), "x");
    await refused(/x\.crt can't be read/, "renew", "x.crt");
    await refused(/end in \.crt/, "renew", "orders.key");
    await refused(/knows no "nobody": it issued/, "revoke", "nobody");
  });

  test("one that can't be renewed keeps no other from it", async () => {
    await init();
    for (const name of ["a", "b", "c"]) await issue(name);
    await ca("revoke", "a");
    const [before, kept] = [serialOf("b.crt"), serialOf("a.crt")];
    mkdirSync(at("c.crt.new"));
    const { status, out, err } = await ca("renew", "--force", "--json");
    expect({ status, out: JSON.parse(out) }).toMatchObject({
      status: 2,
      out: { ok: false, certificates: [{ action: "renewed", certificate: "b.crt" }] },
    });
    expect(err).toMatch(/"code":"revoked".*\n.*c\.crt/);
    expect(serialOf("b.crt")).not.toBe(before);
    expect(serialOf("a.crt")).toBe(kept);
  });

  test("a crash between key and certificate is mended by the next try, but not while somebody copies", async () => {
    await init();
    await issue("orders");
    const before = read("orders.crt");
    await ca("renew", "--force");
    const files = ["orders.crt.new", "orders.crt", "orders.key"].map((name) => at(name));
    writeFileSync(at("orders.crt.new"), read("orders.crt"));
    writeFileSync(at("orders.crt"), before);
    await refused(/somebody replaces this pair just now/, "renew", "orders.crt", "--force");
    expect((await ca("renew", "orders.crt")).out).toMatch(/^kept/);
    const wayAhead = Date.now() / 1000 + 86_400;
    utimesSync(at("orders.crt.new"), wayAhead, wayAhead);
    expect((await ca("renew", "orders.crt", "--force")).out).toMatch(/^renewed/);
    writeFileSync(at("orders.crt.new"), read("orders.crt"));
    writeFileSync(at("orders.crt"), before);
    for (const file of files) utimesSync(file, 1, 1);
    expect((await ca("renew")).out).toMatch(/^renewed/);
    expect(existsSync(at("orders.crt.new"))).toBe(false);
    expect(openssl("x509", "-in", "orders.crt", "-noout", "-pubkey")).toBe(
      openssl("pkey", "-in", "orders.key", "-pubout"),
    );
  });

  test("also signs the list anew when two thirds of its time are over", async () => {
    await init();
    await issue("orders", "--ttl", "60d");
    await ca("revoke", "orders");
    await issue("orders", "--ttl", "60d");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 15 * 86_400_000 });
    const before = read(".weir/ca/ca.crl");
    await ca("renew");
    expect(read(".weir/ca/ca.crl")).toBe(before);
    vi.setSystemTime(Date.now() + 6 * 86_400_000);
    await ca("renew");
    expect(read(".weir/ca/ca.crl")).not.toBe(before);
    expect(
      openssl("crl", "-in", ".weir/ca/ca.crl", "-noout", "-text").match(/Serial Number/g),
    ).toHaveLength(1);
  });
});
