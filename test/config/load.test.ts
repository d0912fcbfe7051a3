// Every fixture of test/fixtures/config: an input, a rule line, then the config or the faults it gives.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { workedMs } from "../support/worked-ms.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/config");
const RULE = "\n=====\n";
const ROOT = mkdtempSync(join(tmpdir(), "weir-config-"));
const SECRET = "s3cret";

interface Expectation {
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  /** Files of so many bytes. */
  readonly sizes?: Record<string, number>;
  /** Files to be watched. */
  readonly reads?: string[];
  /** A part of the config; FOLDER stands for the config's folder. */
  readonly config?: unknown;
  /** LINE: KEY PATH: message */
  readonly faults?: string[];
}

afterAll(() => rmSync(ROOT, { recursive: true }));

let folders = 0;

function write(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(ROOT, String(folders++));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function load(text: string | Uint8Array, env: Readonly<Record<string, string>> = {}) {
  return loadConfig(join(write({ "weir.yaml": text }), "weir.yaml"), env);
}

function faultsOf(text: string | Uint8Array): string[] {
  const result = load(text);
  return result.ok ? [] : result.faults.map((f) => `${f.line}: ${f.keyPath}: ${f.message}`);
}

describe("fixtures", () => {
  test.each(readdirSync(FIXTURES))("%s", (name) => {
    const [input = "", rest = ""] = readFileSync(join(FIXTURES, name), "utf8").split(RULE);
    const wanted = parse(rest) as Expectation;
    const sized = Object.entries(wanted.sizes ?? {}).map(([file, size]) => [
      file,
      "x".repeat(size),
    ]);
    const files = { "weir.yaml": input, ...wanted.files, ...Object.fromEntries(sized) };
    const folder = write(files);
    const file = join(folder, "weir.yaml");
    const result = loadConfig(file, wanted.env ?? {});
    if (result.ok) {
      expect(wanted.faults).toBeUndefined();
      const local = JSON.parse(
        JSON.stringify(result.config).replaceAll(folder, "FOLDER"),
      ) as object;
      expect(local).toMatchObject(wanted.config as object);
      expect(result.files).toEqual(wanted.reads?.map((read) => join(folder, read)));
    } else {
      expect(result.faults.map((f) => `${f.line}: ${f.keyPath}: ${f.message}`)).toEqual(
        wanted.faults,
      );
      expect(result.faults.every((fault) => fault.file === file)).toBe(true);
      expect(JSON.stringify(result.faults)).not.toContain(SECRET);
    }
  });
});

const SMALL = `services: { a: { endpoints: ["http://a:1"] } }\nroutes: [{ name: r, service: a }]\n`;

describe("hostile files", () => {
  test.each([
    ["a wall of brackets", `services: ${"[".repeat(200_000)}`, "nested too deeply"],
    ["closed brackets", `a: ${"[".repeat(100)}${"]".repeat(100)}`, "nested deeper than 32 levels"],
    ["more than 256 KiB", `${SMALL}# ${"x".repeat(262_144)}`, "is larger than 256 KiB"],
    ["not UTF-8", new Uint8Array([0x61, 0x3a, 0xff, 0xfe]), "is not valid UTF-8"],
  ])("%s", (_, text, message) => {
    expect(faultsOf(text)).toEqual([`1: (file): ${message}`]);
  });

  test("as many faults as fit in a file do not hold up a reload", () => {
    const startedMs = workedMs();
    expect(faultsOf("[]".repeat(131_072))).toEqual([
      "1: (file): a bracket, quote or comma is too many or in the wrong place",
    ]);
    expect(workedMs() - startedMs).toBeLessThan(15_000);
  });

  test("brackets that are too many are told on their line", () => {
    expect(faultsOf(`${SMALL}a: ${"[".repeat(300)}`)).toEqual(["3: (file): nested too deeply"]);
  });

  test("a missing file and a folder", () => {
    const messages = [join(ROOT, "none.yaml"), ROOT].map((file) => {
      const result = loadConfig(file, {});
      return result.ok ? [] : result.faults.map((fault) => fault.message);
    });
    expect(messages).toEqual([
      ["there is no such file; name the config with -c FILE"],
      ["is not a file"],
    ]);
  });

  test("a byte order mark is no part of the first key", () => {
    expect(load(`\uFEFF${SMALL}`).ok).toBe(true);
  });

  test("a thousand faults are a thousand lines, in order", () => {
    const lines = faultsOf(
      `${SMALL}${Array.from({ length: 1000 }, (_, n) => `k${n}: 1`).join("\n")}`,
    );
    expect(lines).toHaveLength(1000);
    expect(lines[999]).toMatch(/^1002: k999: unknown key/);
  });
});

describe("a loaded config", () => {
  const revision = (text: string, env = {}) => {
    const result = load(text, env);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    return result.revision;
  };

  test("has a revision that follows what it says, not how or where it is written", () => {
    const keyed = `${SMALL}identity: { keys: [{ key: "\${env:K}", subject: a }] }\n`;
    const [first = "", second = ""] = SMALL.trim().split("\n");
    const same = revision(SMALL);
    expect(same).toMatch(/^[0-9a-f]{12}$/);
    expect(revision(`# other words\n${second}\n${first}\n`)).toBe(same);
    expect(revision(`${SMALL}timeouts: { connect_ms: 2000 }\n`)).toBe(same);
    expect(revision(`${SMALL}timeouts: { connect_ms: 2001 }\n`)).not.toBe(same);
    expect(revision(keyed, { K: "one" })).not.toBe(revision(keyed, { K: "two" }));
  });

  test("is frozen to its leaves, and leaves the defaults thawed for the next", () => {
    const result = load(SMALL);
    if (!result.ok) throw new Error("not loaded");
    const { config } = result;
    for (const part of [config, config.routes, config.routes[0]?.match, config.telemetry.headers]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(load(SMALL).ok).toBe(true);
  });
});
