// `weir policy`: what it prints, and the exit codes scripts rely on.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), "weir-policy-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const PROGRAM = `
  import { policyCommand } from ${JSON.stringify(join(ROOT, "src/cli/policy.ts"))};
  await policyCommand().exitOverride().parseAsync(process.argv.slice(1), { from: "user" });
`;

function weirPolicy(args: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
} {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--input-type=module-typescript", "-e", PROGRAM, "--", ...args],
    { cwd: ROOT, encoding: "utf8" },
  );
  return { status, out: stdout };
}

function file(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

describe("weir policy", () => {
  it("test: 0 when all cases pass, 1 with the place of each that fails", () => {
    expect(weirPolicy(["test"])).toEqual({ status: 0, out: "19 of 19 cases pass\n" });
    const cases = file(
      "cases.yaml",
      "cases:\n  - { name: n, request: [alice, /, GET], expect: allow }\n",
    );
    expect(weirPolicy(["test", "--cases", cases])).toEqual({
      status: 1,
      out: `${cases}:2: n: expected allow, got deny by no rule\n0 of 1 cases pass\n`,
    });
  });

  it("lint: 1 with a warning, 2 for a policy that can't be loaded", () => {
    const rules = file("dots.csv", "p, alice, /v1.0, GET\n");
    expect(weirPolicy(["lint", "--rules", rules])).toMatchObject({
      status: 1,
      out: expect.stringContaining(`${rules}:1: the dot in "/v1.0"`),
    });
    const broken = file("broken.csv", "p, alice\n");
    const { status, out } = weirPolicy(["lint", "--rules", broken, "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ok: false, faults: [{ file: broken, line: 1 }] });
  });

  it("explain: names rule and line, 1 when denied, 2 when it can't be asked", () => {
    expect(weirPolicy(["explain", "bob", "/orders", "POST"])).toEqual({
      status: 1,
      out: "deny: policies/policy.csv:18: p, role:support, /orders, POST, deny\n",
    });
    expect(weirPolicy(["explain", "carol", "/orders", "POST"]).status).toBe(0);
    expect(weirPolicy(["explain", "carol"]).status).toBe(2);
  });

  it("decide: a JSON line for each request", () => {
    const requests = file(
      "requests.jsonl",
      '["alice","/orders/1","GET"]\n["eve","/orders/1","GET"]\n',
    );
    const files = ["--model", "policies/model.conf", "--rules", "policies/policy.csv"];
    const { status, out } = weirPolicy(["decide", ...files, "--requests", requests]);
    expect(status).toBe(0);
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        decision: "allow",
        rule: "p, role:customer, /orders/:id, GET",
        line: 12,
        us: expect.any(Number),
      },
      { decision: "deny", rule: "", line: 0, us: expect.any(Number) },
    ]);
  });
});
