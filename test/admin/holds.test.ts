// Taking endpoints out over HTTP: what is answered, who said so, and the audit rows.
import { expect, test } from "vitest";
import type { Hold } from "../../src/balancer/hold.ts";
import type { AuditEntry } from "../../src/telemetry/audit-log.ts";
import { post, startTestAdmin } from "./support/admin-kit.ts";

const HELD = { service: "orders", endpoint: "http://127.0.0.1:4001" };
const SHARES = ["audit.share", "0.25"];

test("an endpoint is taken out, listed and put back, with a row each that names it", async () => {
  const entries: AuditEntry[] = [];
  let held: readonly Hold[] = [];
  const { url } = await startTestAdmin({
    audit: { writable: () => true, write: (entry) => entries.push(entry) > 0 },
    holds: {
      list: () => held,
      add: (hold) => ((held = [hold]), "held"),
      remove: () => held[0],
    },
  });
  const path = `${url}/api/v1/holds`;
  const wish = { ...HELD, for_s: 900, comment: "disk full", created_by: "sam" };
  const made = (await (await post(path, wish)).json()) as Record<string, string>;
  expect(made).toMatchObject({ ...HELD, comment: "disk full", created_by: "sam" });
  expect(Date.parse(made["ends_at"] ?? "") - Date.parse(made["starts_at"] ?? "")).toBe(900_000);
  expect(await (await fetch(path)).json()).toEqual({ holds: [made] });
  expect(made["share"]).toBe(0);
  const less = (await (await post(path, { ...wish, share: 0.25 })).json()) as object;
  const removed = await fetch(`${path}?${new URLSearchParams(HELD).toString()}`, {
    method: "DELETE",
  });
  expect(await removed.json()).toMatchObject({ ...less, share: 0.25 });
  const named = ["audit.service", HELD.service, "audit.endpoint", HELD.endpoint];
  const why = ["audit.share", "0", "audit.for_s", "900", "audit.comment", "disk full"];
  expect(entries).toMatchObject([
    { action: "hold_endpoint", details: [...named, ...why] },
    { action: "lower_weight", details: [...named, ...SHARES, ...why.slice(2)] },
    { action: "end_hold", details: named },
  ]);
});
