// Which rules of the admin side fit no endpoint, and where that is said.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startAdmin } from "../../src/admin/server.ts";
import { loadAdminRoles } from "../../src/control/admin-roles.ts";
import { adminParts } from "./support/admin-kit.ts";

const SOUND = `p, a, /api/v1/*, GET
p, a, /api/v1/reload, POST
p, a, /api/v1/traces/{id}, GET
p, a, /access/v1/*, *
p, b, *, *
`;
const IDLE = `p, c, /api/v1/relaod, POST
p, c, /api/v1/reload, GET
p, c, /api/v1/traces/4bf9*, GET
p, c, /API/v1/*, GET
p, c, /metrics, get
`;

/** What the log says at a start, and after a change. */
async function warnedOf(first: string, then: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "weir-idle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const rules = join(folder, "admin.csv");
  const load = async (text: string) => {
    writeFileSync(rules, text);
    const loaded = await loadAdminRoles({ rules, tokens: [], certificates: [] });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    return loaded.roles;
  };
  const warned: string[] = [];
  const parts = adminParts();
  const log = {
    ...parts.log,
    warn: (event: string, facts: object = {}) =>
      void warned.push(`${event} ${JSON.stringify(facts)}`),
  };
  let roles = await load(first);
  const running = () => ({ ...parts.running(), roles });
  const admin = await startAdmin({ ...parts, log, running });
  onTestFinished(() => admin.close());
  roles = await load(then);
  admin.renew(running());
  admin.renew(running());
  return warned;
}

test("rules that fit an endpoint are fine, the built-in ones too", async () => {
  expect(await warnedOf(SOUND, `${SOUND}p, z, /healthz, GET\n`)).toEqual([]);
});

test("each that fits none is named, at a start and once it is there", async () => {
  const warned = await warnedOf(SOUND, SOUND + IDLE);
  const lines = IDLE.trim().split("\n");
  expect(warned).toHaveLength(lines.length);
  for (const [at, line] of lines.entries()) {
    expect(warned[at]).toContain("admin_rule_idle");
    expect(warned[at]).toContain(line);
    expect(warned[at]).toContain(`admin.csv:${6 + at}`);
  }
  expect(await warnedOf(IDLE, SOUND)).toHaveLength(lines.length);
});
