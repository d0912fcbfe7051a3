// Whether a name is known can't be told by the work that is done for it, also where users' hashes differ in cost.
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { HeaderList } from "../../src/core/header-list.ts";
import { createBasicAuthenticator } from "../../src/identity/basic.ts";
import { createPasswordChecks } from "../../src/identity/password-checks.ts";
import type { PasswordHash } from "../../src/identity/password-hash.ts";

const phc = (memoryKib: number, passes: number): string =>
  `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${"c".repeat(22)}$${"A".repeat(43)}`;
const COSTS = [phc(4_096, 1), phc(8_192, 3)];
const users = COSTS.map((hash, at) => ({ name: `user-${at}`, hash, roles: [] }));

test("an unknown name is verified at the cost of some user, always the same, and all costs occur", async () => {
  const asked: PasswordHash[] = [];
  const checks = createPasswordChecks({
    clock: systemClock,
    random: () => 0,
    verify: (_, hash) => Promise.resolve(asked.push(hash) < 0),
  });
  const failures = { wait: () => 0, take: () => 0, takeBoth: () => 0, giveBack: () => undefined };
  const basic = createBasicAuthenticator({ users, realm: "r", checks, failures });
  const costOf = async (name: string, password: string): Promise<string> => {
    const headers = new HeaderList(["authorization", `Basic ${btoa(`${name}:${password}`)}`]);
    const found = await basic.authenticate(headers, { address: "127.0.0.1", tls: null });
    expect(found?.outcome).toBe(name.startsWith("user-") ? "wrong_password" : "unknown_user");
    const { cost, salt, tag } = asked.pop()!;
    expect([asked.length, salt.length, tag.length]).toEqual([0, 16, 32]);
    return `${cost.memoryKib} ${cost.passes}`;
  };
  expect([await costOf("user-0", "a"), await costOf("user-1", "a")]).toEqual(["4096 1", "8192 3"]);
  const seen = new Set<string>();
  for (let at = 0; at < 64; at++) {
    const cost = await costOf(`nobody-${at}`, "a");
    expect(await costOf(`nobody-${at}`, "b")).toBe(cost);
    seen.add(cost);
  }
  expect([...seen].sort()).toEqual(["4096 1", "8192 3"]);
});
