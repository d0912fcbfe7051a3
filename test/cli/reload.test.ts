// `weir reload`: what is in force, what waits for a restart, and what was refused.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weir } from "./support/weir.ts";

const PATH = "POST /api/v1/reload";
const FINE = { fault: null, shadow_fault: null, tls_fault: null };
const GOOD = { at: "2026-11-22T00:00:00.000Z", ok: true, ...FINE };
const answers: Record<string, { body: unknown; status?: number }> = {};
let admin: AdminFixture;

beforeAll(async () => {
  admin = await startAdminFixture(answers);
});
afterAll(() => admin.close());

async function reload(body: unknown, status = 200, ...args: readonly string[]) {
  answers[PATH] = { body, status };
  return weir(["reload", "--admin", admin.url, ...args]);
}

test("says that it is in force, and what is not", async () => {
  const good = await reload({ ...GOOD, restart: [] });
  expect([good.status, good.out]).toEqual([
    0,
    "Config and policy are in force as their files are now.\n",
  ]);
  const waits = await reload({ ...GOOD, restart: ["workers", "listen"] });
  expect([waits.status, waits.out]).toEqual([
    0,
    expect.stringMatching(/restart: workers, listen\.$/m),
  ]);
  const fault = "next.csv:2: policy.shadow.rules: nonsense";
  const shadow = { ...GOOD, shadow_fault: `${fault}\nand\u001B[2J`, restart: [] };
  const candidate = await reload(shadow);
  expect([candidate.status, candidate.out]).toEqual([1, expect.stringContaining(fault)]);
  expect(candidate.out).not.toContain("\u001B");
  const broken = "tls.key:1: listen.https.certificates[0].key: does not belong";
  const certificate = await reload({ ...GOOD, tls_fault: broken, restart: [] });
  expect([certificate.status, certificate.out]).toEqual([1, expect.stringContaining(broken)]);
  expect(JSON.parse((await reload(shadow, 200, "--json")).out)).toEqual(shadow);
});

test("what is refused is said with every fault, and exits with 2", async () => {
  const detail = "rules.csv:1: policy.rules: one\nrules.csv:2: policy.rules: two";
  const problem = { code: "reload_refused", title: "The new config was refused.", detail };
  const refused = await reload(problem, 422);
  expect([refused.status, refused.out]).toEqual([2, ""]);
  expect(refused.err).toBe(`weir: The new config was refused: ${detail}\n`);
  expect(JSON.parse((await reload(problem, 422, "--json")).err)).toMatchObject({
    ok: false,
    code: "reload_refused",
  });
});
