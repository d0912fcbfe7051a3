// A config that can't be used: exit code 2, every fault with its place, and nothing started.
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { weirInProcess } from "../cli/support/in-process.ts";
import { send } from "../support/weir-process-load.ts";
import { configOf, createSite, exitOf, cleanUp, spawnWeir } from "../support/weir-process.ts";
import { freePort } from "../support/free-port.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

afterAll(cleanUp);

const POLICY = "policy: { model: model.conf, rules: rules.csv }\n";

const MODEL = model({
  policy: "sub, obj, act",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.sub == p.sub",
});

interface Case {
  readonly name: string;
  readonly edit: (text: string) => string;
  readonly files?: Readonly<Record<string, string>>;
  readonly said: RegExp;
}

const cases: readonly Case[] = [
  {
    name: "an unknown key",
    edit: (text: string) => text.replace("workers:", "wrokers:"),
    said: /^\S*weir\.yaml:4: wrokers: .*workers/m,
  },
  {
    name: "a wrong type",
    edit: (text: string) => text.replace("retries: 1", "retries: many"),
    said: /^\S*weir\.yaml:7: services\.all\.retries: /m,
  },
  {
    name: "an unset variable",
    edit: (text: string) =>
      `${text}identity: { keys: [ { key: "\${env:NOT_SET_AT_ALL}", subject: a } ] }\n`,
    said: /^\S*weir\.yaml:10: identity\.keys\[0\]\.key: .*NOT_SET_AT_ALL/m,
  },
  {
    name: "a missing policy file",
    edit: (text: string) => text + POLICY,
    said: /^\S*weir\.yaml:10: policy\.model: /m,
  },
  {
    name: "a bad rule",
    edit: (text: string) => text + POLICY,
    files: { "model.conf": MODEL, "rules.csv": "p, alice\n" },
    said: /^\S*rules\.csv:1: policy\.rules: a p rule has 3 fields/m,
  },
  {
    name: "a bad model",
    edit: (text: string) => text + POLICY,
    files: { "model.conf": MODEL.replace("r.sub", "r.who"), "rules.csv": "p, a, /, GET\n" },
    said: /^\S*model\.conf:8: policy\.model: /m,
  },
  {
    name: "one port for both listeners",
    edit: (text: string) =>
      text.replace("127.0.0.1:0 }", /127\.0\.0\.1:\d\d+/.exec(text)?.[0] + " }"),
    said: /^\S*weir\.yaml:2: admin\.listen: /m,
  },
  { name: "no YAML", edit: (text: string) => `${text}}{\n`, said: /^\S*weir\.yaml:\d+: / },
];

describe("weir run exits 2 and starts nothing", () => {
  test.for(cases)("$name", async ({ edit, files = {}, said }) => {
    const port = await freePort();
    const site = createSite(edit(configOf({ upstreams: ["http://127.0.0.1:1"], port })), files);
    const { child, errors, output } = spawnWeir(["run", "-c", site.file]);
    expect(await exitOf(child)).toMatchObject({ code: 2 });
    expect(errors()).toMatch(said);
    expect(output()).toBe("");
    expect(await weirInProcess(["check", "-c", site.file])).toEqual({
      status: 2,
      out: errors(),
      err: "",
    });
    expect(existsSync(site.data)).toBe(false);
    expect(await send({ port, asked: { method: "GET", path: "/" } })).toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  // Where /proc is, a new folder in it fails with ENOENT, which a recursive mkdir may retry for ever.
  const unusable = [
    join(import.meta.filename, "x"),
    ...(existsSync("/proc/self") ? ["/proc/x"] : []),
  ];
  test.for(unusable)("a data folder that can't be made: %s", async (data) => {
    const where = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data", data];
    const run = spawnWeir(["run", "--upstream", "http://127.0.0.1:1", ...where]);
    expect(await exitOf(run.child)).toMatchObject({ code: 2 });
    expect(run.errors()).toMatch(/^weir: can't start: data: nothing can be kept in \S+x \(E.*\n$/);
    expect(run.output()).toBe("");
  });

  test("a port that is taken", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const site = createSite(configOf({ upstreams: ["http://127.0.0.1:1"], port }));
    const { child, errors } = spawnWeir(["run", "-c", site.file]);
    expect(await exitOf(child)).toMatchObject({ code: 2 });
    expect(errors()).toContain("EADDRINUSE");
    expect(existsSync(join(site.data, "spool", "lock"))).toBe(false);
    other.close();
  });
});
