// `weir check` as people and scripts see it: what it prints and how it exits.
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { checkCommand } from "../../src/cli/check.ts";

const GOOD = `services: { a: { endpoints: ["http://a:1"] } }\nroutes: [{ name: r, service: a }]\n`;
const BAD = `${GOOD}workers: 0\nlimit: 1\n`;

let file = "";
let printed = "";

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), "weir-check-")), "weir.yaml");
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(join(file, ".."), { recursive: true });
});

async function check(text: string, ...flags: string[]): Promise<number> {
  writeFileSync(file, text);
  await checkCommand().parseAsync(["-c", file, ...flags], { from: "user" });
  return Number(process.exitCode ?? 0);
}

test("a good config: one line, exit 0", async () => {
  expect(await check(GOOD)).toBe(0);
  expect(printed).toMatch(
    /^\S+weir\.yaml: ok, revision [0-9a-f]{12}: 1 service, 1 route, 0 keys, no policy: nothing is enforced\n$/,
  );
});

test("a bad config: a line for each fault, exit 2", async () => {
  expect(await check(BAD)).toBe(2);
  expect(printed.split("\n")).toEqual([
    `${file}:3: workers: must be a whole number from 1 to 64, not this number`,
    `${file}:4: limit: unknown key (did you mean "limits"?)`,
    "",
  ]);
});

test("a bad policy: its file and line, exit 2, as a run would refuse it", async () => {
  const folder = join(file, "..");
  cpSync("policies", folder, { recursive: true });
  appendFileSync(join(folder, "policy.csv"), "p, alice\n");
  expect(await check(`${GOOD}policy: { model: model.conf, rules: policy.csv }\n`)).toBe(2);
  expect(printed).toMatch(/policy\.csv:\d+: policy\.rules: a p rule has 4 fields/);
});

test("a candidate policy is checked beside it: counted, or its file and line and exit 2", async () => {
  const folder = join(file, "..");
  cpSync("policies", folder, { recursive: true });
  cpSync("policies", join(folder, "next"), { recursive: true });
  const shadow = "shadow: { model: next/model.conf, rules: next/policy.csv }";
  const config = `${GOOD}policy: { model: model.conf, rules: policy.csv, ${shadow} }\n`;
  expect(await check(config)).toBe(0);
  expect(printed).toMatch(/policy of (\d+) rules, candidate of \1 rules\n$/);
  printed = "";
  expect(await check(config, "--json")).toBe(0);
  const { policy_revision, shadow_revision } = JSON.parse(printed) as Record<string, unknown>;
  expect(shadow_revision).toBe(policy_revision);
  printed = "";
  appendFileSync(join(folder, "next", "policy.csv"), "p, alice\n");
  expect(await check(config)).toBe(2);
  expect(printed).toMatch(/next\/policy\.csv:\d+: policy\.shadow\.rules: a p rule has 4 fields/);
});

test("a bad panel: its file and line below the summary, exit 1, for a run does without it", async () => {
  const folder = join(file, "..");
  mkdirSync(join(folder, "own/panels"), { recursive: true });
  writeFileSync(join(folder, "own/panels/bad.sql"), "SELECT 1\n");
  expect(await check(`${GOOD}dashboards: own\n`)).toBe(1);
  expect(printed).toMatch(/: ok, revision .*\n\S+own\/panels\/bad\.sql:1: title: is missing/);
  printed = "";
  expect(await check(`${GOOD}dashboards: own\n`, "--json")).toBe(1);
  const { ok, faults } = JSON.parse(printed) as { ok: boolean; faults: unknown[] };
  expect([ok, faults[0]]).toEqual([
    false,
    expect.objectContaining({ line: 1, key_path: "dashboards" }),
  ]);
  expect(await check(`${GOOD}dashboards: nowhere\n`)).toBe(2);
  expect(printed).toContain(`${file}:3: dashboards: names no folder`);
});

test("a policy of AuthZEN's own is checked beside it, too", async () => {
  const folder = join(file, "..");
  cpSync("policies", folder, { recursive: true });
  cpSync("policies", join(folder, "pdp"), { recursive: true });
  const authzen = "authzen: { model: pdp/model.conf, rules: pdp/policy.csv }";
  const config = `${GOOD}policy: { model: model.conf, rules: policy.csv, ${authzen} }\n`;
  expect(await check(config)).toBe(0);
  expect(printed).toMatch(/policy of (\d+) rules, AuthZEN policy of \1 rules\n$/);
  printed = "";
  appendFileSync(join(folder, "pdp", "policy.csv"), "p, alice\n");
  expect(await check(config)).toBe(2);
  expect(printed).toMatch(/pdp\/policy\.csv:\d+: policy\.authzen\.rules: a p rule has 4 fields/);
});

test("--json", async () => {
  expect(await check(BAD, "--json")).toBe(2);
  expect(JSON.parse(printed)).toMatchObject({
    ok: false,
    file,
    revision: null,
    faults: [
      { file, line: 3, key_path: "workers" },
      { line: 4, key_path: "limit" },
    ],
  });
});
