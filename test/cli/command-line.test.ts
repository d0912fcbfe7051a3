// Bad usage of every command: exit code 2, on standard error, and as JSON where that is asked for.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { weirInProcess } from "./support/in-process.ts";
import { startWeir, weir } from "./support/weir.ts";

const WRONG = [
  [["nosuch"], "unknown command 'nosuch'"],
  [["policy"], "name a command"],
  [["policy", "nosuch"], "unknown command 'nosuch'"],
  [["policy", "diff", "policies"], "name the folders of the old policy and the new"],
  [["policy", "diff", "-c", "w.yaml", "a", "b"], "or with -c that of the new"],
  [["policy", "explain", "--trace", "abc", "--context", "2"], "--context is of files"],
  [["policy", "replay", "--candidate", "x", "--fail-on", "gains"], "It is new-deny, new-allow,"],
  [["policy", "decide"], "required option '--requests <file>'"],
  [["query", "--since", "1h"], "name one question, or give --sql"],
  [["query", "routes", "--since"], "'--since <when>' argument missing"],
  [["query", "routes", "--filter", "route"], "KEY=VALUE"],
  [["query", "routes", "errors"], "too many arguments"],
  [["query", "routes", "--format", "xml"], "Allowed choices are table, json, csv, markdown"],
  [["trace"], "missing required argument 'id'"],
  [["query", "--sql", " "], "--sql wants a statement, such as SELECT count() FROM requests"],
  [["tail", "--decision", "maybe"], "Allowed choices are allow, deny, none, error"],
  [["tail", "--nosuch"], "unknown option '--nosuch'"],
  [["check", "extra"], "too many arguments"],
  [["run", "--nosuch"], "unknown option '--nosuch'"],
  [["demo", "extra"], "too many arguments"],
  [[], "name a command"],
] as const;

describe.each(WRONG)("weir %j", (args, words) => {
  test("is bad usage", async () => {
    const { status, out, err } = await weirInProcess(args);
    expect([status, out]).toEqual([2, ""]);
    // Without a command of its own it shows the help instead.
    expect(err).toContain(words === "name a command" ? "Usage: weir" : words);
  });

  test("is bad usage in one line of JSON", async () => {
    const { status, out, err } = await weirInProcess([
      ...args.slice(0, 1),
      "--json",
      ...args.slice(1),
    ]);
    expect([status, out]).toEqual([2, ""]);
    expect(err.trimEnd()).not.toContain("\n");
    const fault = JSON.parse(err) as Record<string, unknown>;
    expect(fault).toMatchObject({
      ok: false,
      code: "bad_usage",
      message: expect.stringContaining(words),
    });
  });
});

test("--json may stand before the name of a command, too", async () => {
  const asked = ["test", "policies"];
  for (const args of [
    ["--json", "policy", ...asked],
    ["policy", "--json", ...asked],
    ["policy", ...asked, "--json"],
  ]) {
    expect(JSON.parse((await weirInProcess(args)).out)).toMatchObject({ ok: true });
  }
});

test("--help and --version are no faults", async () => {
  expect(await weir(["--version"])).toMatchObject({ status: 0, out: "0.1.0\n" });
  const { status, out } = await weirInProcess(["--help"]);
  expect([status, out]).toEqual([0, expect.stringContaining("--version")]);
});

describe("weir run --json", () => {
  const run = ["run", "--json", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];

  test("says what is wrong in one line", async () => {
    const { status, out, err } = await weir([...run, "--upstream", "nonsense"]);
    expect([status, out]).toEqual([2, ""]);
    expect(JSON.parse(err)).toMatchObject({
      ok: false,
      code: "bad_config",
      message: expect.stringMatching(/^--upstream:1: services\.upstream\.endpoints\[0\]: must be /),
    });
  });

  test("says where it listens in one line", async () => {
    const data = mkdtempSync(join(tmpdir(), "weir-run-"));
    const child = startWeir([...run, "--upstream", "http://127.0.0.1:1", "--data", data]);
    onTestFinished(() => {
      child.kill("SIGKILL");
      rmSync(data, { recursive: true, force: true });
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const said = JSON.parse(line) as Record<string, string>;
    expect(said["policy_revision"]).toBeNull();
    expect((await fetch(`${said["proxy"]}/`)).status).toBe(502);
    expect((await fetch(`${said["admin"]}/healthz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
