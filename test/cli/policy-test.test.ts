// `weir policy test`: which cases it runs, what it says of rules, and how it watches.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseXml } from "../policy/cases/support/xml.ts";
import { weirPolicy } from "./support/in-process.ts";
import type { Ended } from "./support/weir.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const MODEL = model({
  request: "who, act",
  policy: "who, act",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.who == p.who && r.act == p.act",
});
const ALLOWED = "cases:\n  - { name: alice reads, request: [alice, GET], expect: allow }\n";

let folder = "";
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-cases-"));
  write("model.conf", MODEL);
  write("policy.csv", "p, alice, GET\np, bob, GET\n");
});
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function test(...args: readonly string[]): Promise<Omit<Ended, "err">> {
  const { status, out } = await weirPolicy(["test", folder, ...args]);
  return { status, out: out.replaceAll(`${folder}/`, "") };
}

describe("weir policy test", () => {
  it("runs cases.yaml and the folder cases beside it, or what --cases names", async () => {
    write("cases.yaml", ALLOWED);
    write("cases/b.yml", ALLOWED.replace("alice, GET", "bob, GET"));
    write("cases/a.yaml", ALLOWED.replace("expect: allow", "expect: deny"));
    write("cases/notes.txt", "not YAML: [");
    write("cases/.draft.yaml", "not YAML: [");
    write("cases/more/C.YAML", ALLOWED);
    const failed = `cases/a.yaml:2: alice reads: expected deny, got allow by ${folder}/policy.csv:1`;
    const { status, out } = await test();
    expect(out).toContain(failed.replace(`${folder}/`, ""));
    expect(out).toMatch(/\n3 of 4 cases pass\n$/);
    expect(status).toBe(1);
    const named = ["--cases", join(folder, "cases.yaml"), "--cases", join(folder, "cases/b.yml")];
    expect(await test(...named)).toEqual({ status: 0, out: "2 of 2 cases pass\n" });
    expect(await test("--cases", join(folder, "cases"))).toMatchObject({ status: 1 });
  });

  it("--filter chooses by a part of the name", async () => {
    write("cases.yaml", `${ALLOWED}  - { name: bob reads, request: [bob, GET], expect: deny }\n`);
    expect(await test("--filter", "alice")).toEqual({ status: 0, out: "1 of 1 cases pass\n" });
    expect(await test("--filter", "carol")).toEqual({
      status: 2,
      out: 'cases.yaml:0: no case has "carol" in its name\n',
    });
  });

  it("--coverage names the rules that decide nothing, --threshold fails below", async () => {
    write("cases.yaml", ALLOWED);
    expect(await test("--coverage")).toEqual({
      status: 0,
      out: `1 of 1 cases pass
policy.csv:2: matches no case: p, bob, GET
1 of 2 rules decide a case: 50 %
`,
    });
    expect(await test("--threshold", "50")).toMatchObject({ status: 0 });
    const low = await test("--threshold", "50.1");
    expect(low).toMatchObject({ status: 1, out: expect.stringContaining("50 %, below 50.1 %") });
    expect((await test("--threshold", "101")).status).toBe(2);
    const { status, out } = await test("--threshold", "90", "--json");
    expect(status).toBe(1);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      revision: expect.stringMatching(/^[0-9a-f]{12}$/),
      cases: [
        {
          name: "alice reads",
          file: "cases.yaml",
          line: 2,
          request: ["alice", "GET"],
          expect: "allow",
          decision: "allow",
          rule: "p, alice, GET",
          rule_source: "policy.csv:1",
          passed: true,
          message: "",
        },
      ],
      coverage: {
        percent: 50,
        threshold: 90,
        deciding: 1,
        rules: 2,
        links: { used: 0, unused: [] },
        uncovered: [{ rule: "p, bob, GET", rule_source: "policy.csv:2", cover: "never" }],
      },
    });
  });

  it("decides each case by the context that it names", async () => {
    write(
      "model.conf",
      `[request_definition]
r = who, act
r2 = who
[policy_definition]
p = who, act
p2 = who
[policy_effect]
e = some(where (p.eft == allow))
e2 = some(where (p2.eft == allow))
[matchers]
m = r.who == p.who && r.act == p.act
m2 = r2.who == p2.who
`,
    );
    write("policy.csv", "p, alice, GET\np2, bob\np2, carol\n");
    write(
      "cases.yaml",
      `${ALLOWED}  - { name: bob, context: "2", request: [bob], expect: allow }\n`,
    );
    expect(await test("--coverage")).toEqual({
      status: 0,
      out: `2 of 2 cases pass
policy.csv:3: matches no case: p2, carol
2 of 3 rules decide a case: 66.6 %
`,
    });
    write("cases.yaml", 'cases: [ { name: n, context: "2", request: [eve], expect: allow } ]\n');
    const { status, out } = await test();
    expect(status).toBe(1);
    expect(out).toContain('request: ["eve"] in context 2\n  nearest misses:\n');
    const { cases } = JSON.parse((await test("--json")).out) as { cases: object[] };
    expect(cases).toMatchObject([{ context: "2", nearest_misses: [{}, {}] }]);
    expect((await test("--context", "2")).status).toBe(1);
    write("cases.yaml", "cases: [ { name: n, context: 3, request: [eve], expect: allow } ]\n");
    expect(await test()).toMatchObject({
      status: 2,
      out: expect.stringMatching(/^cases\.yaml:1: context: model\.conf:\d+: .*r3/),
    });
  });

  it("names the nearest miss of what should have been allowed", async () => {
    write("cases.yaml", ALLOWED.replace("GET", "PUT"));
    expect((await test()).out).toContain(
      'cases.yaml:2: alice reads: expected allow, got deny by no rule\n  request: ["alice","PUT"]\n  nearest misses:\n',
    );
    expect((await test()).out).toMatch(
      /policy\.csv:1 +p, alice, GET\n +r\.act == p\.act +PUT +wants GET\n/,
    );
    const { cases } = JSON.parse((await test("--json")).out) as { cases: object[] };
    expect(cases).toMatchObject([
      { nearest_misses: [{ failed: [{ term: "r.act == p.act" }] }, { rule: "p, bob, GET" }] },
    ]);
  });

  it("--junit writes XML beside what it prints", async () => {
    write("cases.yaml", ALLOWED.replace("expect: allow", "expect: deny"));
    const junit = join(folder, "junit.xml");
    expect((await test("--junit", junit)).status).toBe(1);
    const { attributes } = parseXml(readFileSync(junit, "utf8"));
    expect(attributes).toMatchObject({ tests: "1", failures: "1" });
    expect(await test("--junit", join(folder, "none/junit.xml"))).toMatchObject({
      status: 2,
      out: expect.stringContaining("none/junit.xml:0: ENOENT"),
    });
  });

  it("2 with the place of every fault, and where there are no cases", async () => {
    expect(await test()).toMatchObject({
      status: 2,
      out: expect.stringMatching(/^cases.yaml:0: has no/),
    });
    write("cases.yaml", "cases: [\n");
    write("cases/a.yaml", ALLOWED.replace("expect", "expects"));
    const { status, out } = await test();
    expect(status).toBe(2);
    expect(out).toMatch(/^cases\.yaml:2: /);
    expect(out).toMatch(/^cases\/a\.yaml:2: expects: is not known here/m);
  });
});

describe("weir policy test --watch", () => {
  interface Watching {
    /** Resolves with all it said once it says the words that often. */
    readonly says: (words: string, times?: number) => Promise<string>;
    readonly process: ChildProcess;
  }

  function watch(...args: readonly string[]): Watching {
    const command = [MAIN, "policy", "test", folder, "--watch", ...args];
    const started = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    let said = "";
    const heard = (chunk: Buffer): void => {
      said += chunk.toString();
      started.emit("said");
    };
    started.stdout.on("data", heard);
    started.stderr.on("data", heard);
    const heardOf = (): string => said.replaceAll(`${folder}/`, "");
    const says = async (words: string, times = 1): Promise<string> => {
      while (heardOf().split(words).length <= times) await once(started, "said");
      return heardOf();
    };
    return { says, process: started };
  }

  async function ends(process: ChildProcess, signal: "SIGINT" | "SIGTERM"): Promise<void> {
    process.kill(signal);
    expect(await once(process, "exit")).toEqual([0, null]);
  }

  it("runs again when rules, cases or the folder of cases change, and ends with 0", async () => {
    write("cases.yaml", ALLOWED.replace("expect: allow", "expect: deny"));
    const { says, process } = watch();
    await says("0 of 1 cases pass\n");
    await says("watching; Ctrl-C ends\n");
    write("cases.yaml", ALLOWED);
    await says("changed: cases.yaml\n");
    await says("1 of 1 cases pass\n");
    write("policy.csv", "p, alice\n");
    await says("changed: policy.csv\n");
    await says("policy.csv:1: a p rule has 2 fields");
    write("policy.csv", "p, alice, GET\n");
    await says("1 of 1 cases pass\n", 2);
    write("cases/more.yaml", ALLOWED);
    await says("changed: cases/more.yaml\n");
    await says("2 of 2 cases pass\n");
    write("cases/deep/one.yaml", ALLOWED);
    await says("3 of 3 cases pass\n");
    write("cases/deep/two.yaml", ALLOWED);
    await says("4 of 4 cases pass\n");
    await ends(process, "SIGINT");
  });

  it("runs no more for a file that was only touched", async () => {
    write("cases.yaml", ALLOWED);
    const { says, process } = watch("--json");
    await says("watching");
    write("cases.yaml", ALLOWED);
    write("policy.csv", "p, alice, GET\n");
    await says("watching", 2);
    const said = await says('"ok":true', 2);
    expect(said.split("changed: policy.csv\n")).toHaveLength(2);
    expect(said.split("changed")).toHaveLength(2);
    await ends(process, "SIGTERM");
  });

  it("follows a config that is mended", async () => {
    write("cases.yaml", ALLOWED);
    const config = write("weir.yaml", "policy: { modl: model.conf }\n");
    const { says, process } = watch("-c", config);
    await says("weir.yaml:1: policy.modl");
    const request = "[ identity.subject, request.method ]";
    write("weir.yaml", `policy: { model: model.conf, rules: policy.csv, request: ${request} }\n`);
    await says("1 of 1 cases pass\n");
    await ends(process, "SIGINT");
  });
});
