// `weir policy save`: recorded requests of a (scripted) weir become cases in a file of one's own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";
import { TRACE, TRACE_ID } from "./support/traces.ts";
import type { Ended } from "./support/weir.ts";

let admin: AdminFixture;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-save-"));
  admin = await startAdminFixture({ [`GET /api/v1/traces/${TRACE_ID}`]: { body: TRACE } });
  writeFileSync(
    join(folder, "model.conf"),
    `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
`,
  );
  writeFileSync(join(folder, "policy.csv"), "p, alice, /, GET\n");
  writeFileSync(
    join(folder, "weir.yaml"),
    `admin: { listen: 127.0.0.1:${admin.port} }
policy: { model: model.conf, rules: policy.csv, cases: saved.yaml }
`,
  );
});
afterAll(async () => {
  await admin.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => rmSync(join(folder, "saved.yaml"), { force: true }));

const save = (...args: readonly string[]): Promise<Ended> =>
  weirInProcess(["policy", "save", ...args], folder);
const saved = (name = "saved.yaml"): string => readFileSync(join(folder, name), "utf8");

const ITEMS = `  - name: POST /orders by shop
    request: [shop, /orders, POST]
    expect: allow
    rule: p, role:clerk, /orders, POST
  - name: POST /payments/charge by orders
    request: [orders, /payments/charge, POST]
    expect: allow
    rule: p, role:clerk, /orders, POST
`;

test("adds each request of a trace to the file that the config names, once", async () => {
  const file = join(folder, "saved.yaml");
  expect(await save(TRACE_ID)).toEqual({
    status: 0,
    out: `${file}:2: saved "POST /orders by shop"\n${file}:6: saved "POST /payments/charge by orders"\n`,
    err: "",
  });
  expect(saved()).toBe(`cases:\n${ITEMS}`);
  const { status, out } = await save(TRACE_ID);
  expect(status).toBe(1);
  expect(out).toContain(`${file}:2: "POST /orders by shop" tests this request already`);
  expect(saved()).toBe(`cases:\n${ITEMS}`);
});

test("one request, with a name, an expectation and a file of its own", async () => {
  const [first] = TRACE.requests;
  const args = [
    "--span",
    first!.span_id.toUpperCase(),
    "--name",
    "mine",
    "--expect",
    "deny",
    "--cases",
    "x.yaml",
  ];
  expect(await save(TRACE_ID, ...args)).toMatchObject({ status: 0 });
  expect(saved("x.yaml")).toBe(
    "cases:\n  - name: mine\n    request: [shop, /orders, POST]\n    expect: deny\n",
  );
});

test("--dry-run prints YAML, --json what scripts read, and neither writes", async () => {
  expect(await save(TRACE_ID, "--dry-run")).toEqual({
    status: 0,
    out: ITEMS.replace(/^ {2}/gm, ""),
    err: "",
  });
  const { out } = await save(TRACE_ID, "--dry-run", "--json");
  expect(JSON.parse(out)).toMatchObject({
    cases: [{ ok: true, saved: false, line: 2, name: "POST /orders by shop" }, { ok: true }],
  });
  expect(() => saved()).toThrow("ENOENT");
});

test("1 for what is not there, 2 for what can't be asked", async () => {
  expect((await save(TRACE_ID, "--span", "f".repeat(16))).status).toBe(1);
  expect(await save(TRACE_ID, "--expect", "maybe")).toMatchObject({ status: 2 });
  const config = join(folder, "none.yaml");
  writeFileSync(config, `admin: { listen: 127.0.0.1:${admin.port} }\n`);
  expect(await save(TRACE_ID, "-c", config)).toMatchObject({
    status: 2,
    err: expect.stringContaining("none.yaml:1: policy: is missing"),
  });
});
