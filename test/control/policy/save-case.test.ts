// A cases file is replaced whole or not at all, where it really is, with the rights it had.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { saveCase } from "../../../src/control/policy/save-case.ts";
import type { CaseSave } from "../../../src/policy/cases/new-case.ts";
import { MODEL } from "../../policy/support.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-save-case-"));
  writeFileSync(at("model.conf"), MODEL);
});
afterEach(() => rmSync(folder, { recursive: true }));

const save = (cases: string, isDry = false, context = ""): CaseSave =>
  saveCase(
    { model: at("model.conf"), cases, context, isDry },
    { name: "n", request: ["alice", "/", "GET"], expect: "deny", rule: null },
  );
const TEXT = "cases:\n  - name: n\n    request: [alice, /, GET]\n    expect: deny\n";

test("a file behind a link is replaced, the link and its rights stay", () => {
  mkdirSync(at("real"));
  writeFileSync(at("real/cases.yaml"), "# mine\n", { mode: 0o600 });
  symlinkSync("real/cases.yaml", at("cases.yaml"));
  expect(save(at("cases.yaml"))).toMatchObject({ ok: true, saved: { line: 3 } });
  expect(readlinkSync(at("cases.yaml"))).toBe("real/cases.yaml");
  expect(readFileSync(at("real/cases.yaml"), "utf8")).toBe(`# mine\n${TEXT}`);
  expect(statSync(at("real/cases.yaml")).mode & 0o777).toBe(0o600);
  expect(readdirSync(at("real"))).toEqual(["cases.yaml"]);
});

test("nothing is written where it is only to be shown", () => {
  expect(save(at("cases.yaml"), true)).toMatchObject({ ok: true, saved: { line: 2 } });
  expect(readdirSync(folder)).toEqual(["model.conf"]);
});

test.each([
  ["none/cases.yaml", "ENOENT"],
  [".", "EISDIR"],
  ["model.conf", "model.conf:2: "],
])("%s is left as it is, and why is said", (name, why) => {
  const result = save(at(name));
  expect(result).toMatchObject({ ok: false, reason: "unusable" });
  expect(result.ok ? "" : result.message).toContain(why);
  expect(readFileSync(at("model.conf"), "utf8")).toBe(MODEL);
  expect(readdirSync(folder)).toEqual(["model.conf"]);
});

test("a model that can't be read is said", () => {
  writeFileSync(at("model.conf"), "[request_definition]\n");
  expect(save(at("cases.yaml"))).toMatchObject({
    message: expect.stringMatching(/model\.conf:\d/),
  });
});

test("the request is one of the context's r", () => {
  const more = { "r =": "r2 = sub", "p =": "p2 = sub, eft", "m =": "m2 = r2.sub == p2.sub" };
  const lines = MODEL.split("\n").flatMap((line) => {
    const [, added] = Object.entries(more).find(([start]) => line.startsWith(start)) ?? [];
    if (line.startsWith("e ="))
      return [line, line.replace("e =", "e2 =").replaceAll("p.eft", "p2.eft")];
    return added === undefined ? [line] : [line, added];
  });
  writeFileSync(at("model.conf"), lines.join("\n"));
  expect(save(at("cases.yaml"), true)).toMatchObject({ ok: true });
  expect(save(at("cases.yaml"), true, "2")).toMatchObject({
    message: "another model decided it: its request has 3 values, this model's r 1 (sub)",
  });
  const missing = save(at("cases.yaml"), true, "3");
  expect(missing.ok ? "" : missing.message).toMatch(/model\.conf:\d+: .*r3/);
});
