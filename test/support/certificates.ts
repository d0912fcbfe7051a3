// Certificates made by openssl for one test: an authority, and what it issues and revokes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

export interface Issue {
  readonly cn?: string;
  /** As openssl writes them: "DNS:a.test,URI:spiffe://test/a". */
  readonly san?: string;
  readonly keyType?: "ec" | "rsa" | "rsa1024";
  /** Ended years ago. */
  readonly expired?: boolean;
  /** Further extensions, as openssl writes them. */
  readonly ext?: string;
}

export interface Authority extends Disposable {
  readonly folder: string;
  /** Path of its own certificate. */
  readonly ca: string;
  readonly issue: (name: string, issue: Issue) => Pair;
  /** Path of a list that names these. */
  readonly revoke: (...pairs: readonly Pair[]) => string;
  /** Path of a list that should long have been replaced. */
  readonly outdated: () => string;
}

const SUBJECT_ALT = (san: string): string => `subjectAltName=${san}\n`;

export function createAuthority(name = "Test CA"): Authority {
  const folder = mkdtempSync(join(tmpdir(), "weir-ca-"));
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
  const newKey = (file: string, type: Issue["keyType"]): void =>
    type?.startsWith("rsa")
      ? openssl("genrsa", "-out", file, type === "rsa" ? "2048" : "1024")
      : openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file);
  let lists = 0;
  newKey("ca.key", "ec");
  openssl(
    "req",
    "-x509",
    "-new",
    "-key",
    "ca.key",
    "-out",
    "ca.crt",
    "-days",
    "30",
    "-subj",
    `/CN=${name}`,
  );
  writeFileSync(at("index.txt"), "");
  writeFileSync(at("serial"), "1000\n");
  writeFileSync(at("crlnumber"), "01\n");
  writeFileSync(
    at("ca.cnf"),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\ncrlnumber=crlnumber\nnew_certs_dir=.\n` +
      `certificate=ca.crt\nprivate_key=ca.key\ndefault_md=sha256\ndefault_crl_days=30\npolicy=p\n` +
      `unique_subject=no\n[p]\ncommonName=optional\n`,
  );
  return {
    folder,
    ca: at("ca.crt"),
    issue(file, { cn = "", san = "", keyType = "ec", expired = false, ext = "" }) {
      newKey(`${file}.key`, keyType);
      openssl(
        "req",
        "-new",
        "-key",
        `${file}.key`,
        "-out",
        `${file}.csr`,
        "-subj",
        cn === "" ? "/" : `/CN=${cn}`,
      );
      writeFileSync(
        at(`${file}.ext`),
        `basicConstraints=CA:FALSE\n${ext}\n${san === "" ? "" : SUBJECT_ALT(san)}`,
      );
      const days = expired
        ? ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
        : ["-days", "10"];
      openssl(
        "ca",
        "-batch",
        "-notext",
        "-config",
        "ca.cnf",
        "-in",
        `${file}.csr`,
        "-out",
        `${file}.crt`,
        "-extfile",
        `${file}.ext`,
        ...days,
      );
      return { cert: at(`${file}.crt`), key: at(`${file}.key`) };
    },
    revoke(...pairs) {
      for (const { cert } of pairs) openssl("ca", "-config", "ca.cnf", "-revoke", cert);
      const list = `ca-${++lists}.crl`;
      openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", list);
      return at(list);
    },
    outdated() {
      const list = `ca-${++lists}.crl`;
      const times = ["-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", "20200102000000Z"];
      openssl("ca", "-config", "ca.cnf", "-gencrl", ...times, "-out", list);
      return at(list);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
