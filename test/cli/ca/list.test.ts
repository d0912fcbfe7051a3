// `weir ca list`: each certificate with its state, and for how long the CA remembers it.
import { readdirSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { useCaFolder } from "../support/ca-folder.ts";

const { at, ca } = useCaFolder();

interface Listed {
  readonly name: string | null;
  readonly state: string;
  readonly serial: string;
  readonly spiffe_id: string | null;
  readonly not_after: string | null;
  readonly revoked_at: string | null;
}

async function list(): Promise<readonly Listed[]> {
  const { status, out } = await ca("list", "--json");
  expect(status).toBe(0);
  return (JSON.parse(out) as { readonly certificates: readonly Listed[] }).certificates;
}

test("what was issued, renewed, revoked and damaged, by name and newest first; nothing of it is secret", async () => {
  await ca("init", "--trust-domain", "example.org");
  expect(await list()).toEqual([]);
  await ca("issue", "orders", "--spiffe-path", "/ns/default/sa/orders", "--ttl", "1h");
  await ca("issue", "orders", "--spiffe-path", "/ns/default/sa/orders", "--ttl", "2h");
  await ca("issue", "billing");
  await ca("revoke", "billing");
  await ca("revoke", "ab".repeat(16));
  writeFileSync(at(`.weir/ca/issued/${"cd".repeat(16)}.crt`), "damaged");
  const listed = await list();
  expect(listed.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "null unreadable",
    "null revoked",
    "billing revoked",
    "orders valid",
    "orders valid",
  ]);
  expect(listed[3]).toEqual({
    name: "orders",
    spiffe_id: "spiffe://example.org/ns/default/sa/orders",
    serial: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: "valid",
    not_after: expect.stringMatching(/Z$/),
    revoked_at: null,
  });
  expect(listed[3]!.not_after! > listed[4]!.not_after!).toBe(true);
  expect(Date.parse(listed[2]!.revoked_at!)).toBeLessThanOrEqual(Date.now());
  const { out } = await ca("list");
  expect(out).toMatch(
    /^valid +[0-9a-f]{32}  until .* UTC  spiffe:\/\/example.org\/ns\/default\/sa\/orders$/m,
  );
  expect(out).not.toContain("PRIVATE");
});

test("what has expired is shown for a day, and forgotten with the next list of what is revoked", async () => {
  await ca("init", "--trust-domain", "example.org");
  await ca("issue", "orders", "--ttl", "1h");
  await ca("issue", "billing", "--ttl", "1h");
  await ca("revoke", "billing");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 3_600_000 });
  await ca("renew", "orders.crt", "--force");
  expect((await list()).map(({ name, state }) => `${name} ${state}`)).toEqual([
    "billing revoked",
    "orders valid",
    "orders expired",
  ]);
  vi.setSystemTime(Date.now() + 25 * 86_400_000);
  await ca("renew", "orders.crt");
  expect(await list()).toMatchObject([{ name: "orders", state: "valid" }]);
  expect(readdirSync(at(".weir/ca/revoked"))).toEqual([]);
});

test("without a CA it says so", async () => {
  const { status, err } = await ca("list");
  expect({ status, err }).toEqual({ status: 2, err: expect.stringMatching(/there is no CA in/) });
});
