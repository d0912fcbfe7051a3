// An alert takes a failing endpoint out: no request reaches it, a reload keeps that, and who asks sees which rule it was; put back, it can be given less.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { model } from "../policy/support.ts";
import { cleanUp, configOf, createSite, startWeir } from "../support/weir-process.ts";

const servers: Server[] = [];

const statusOf = { good: 200, bad: 500 };

async function startAnswering(name: "good" | "bad"): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(statusOf[name], { "x-server": name }).end();
  });
  servers.push(server.listen(0, "127.0.0.1"));
  // Above weir's own, so that idle connections are closed by weir alone.
  server.keepAliveTimeout = 120_000;
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const [good, bad] = [await startAnswering("good"), await startAnswering("bad")];

afterAll(() => {
  cleanUp();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const ALERTS = `notify:
  - { name: take-out, kind: action, action: hold_endpoint, for: 10m }
rules:
  - { name: bad-endpoint, panel: upstreams, window: 5m, when: failures >= 3, by: [ service, upstream ], every: 1s, notify: [ take-out ] }
`;

interface Services {
  readonly services: readonly {
    readonly endpoints: readonly {
      readonly url: string;
      readonly state: string;
      readonly weight: number;
    }[];
  }[];
}

test("the failing endpoint is held until it is put back by hand", async () => {
  const options = { upstreams: [good, bad], balance: "weighted-round-robin" };
  const site = createSite(configOf({ ...options, more: "alerts: alerts.yaml\n" }), {
    "alerts.yaml": ALERTS,
  });
  const weir = await startWeir(site);
  const ask = async (path: string): Promise<unknown> => (await fetch(weir.admin + path)).json();
  const theBad = async () => {
    const { services } = (await ask("/api/v1/services")) as Services;
    return services[0]?.endpoints.find(({ url }) => url === bad);
  };
  const stateOfBad = async (): Promise<string | undefined> => (await theBad())?.state;
  const send = async (): Promise<number> => (await fetch(`${weir.proxy}/`)).status;
  // Four failures: one fewer than the balancer itself needs to eject it.
  for (let at = 0; at < 8; at++) await send();
  await weir.drained();
  await expect.poll(stateOfBad).toBe("held");
  const statuses = async (): Promise<ReadonlySet<number>> =>
    new Set(await Promise.all(Array.from({ length: 10 }, send)));
  expect(await statuses()).toEqual(new Set([200]));
  site.write(configOf({ ...options, retries: 0, more: "alerts: alerts.yaml\n" }));
  expect((await weir.reload()).status).toBe(200);
  expect([await stateOfBad(), await statuses()]).toEqual(["held", new Set([200])]);
  const held = { service: "all", endpoint: bad, created_by: "alert bad-endpoint" };
  expect(await ask("/api/v1/holds")).toMatchObject({ holds: [held] });
  await weir.drained();
  const rows = await weir.sql(
    "SELECT attributes['audit.alert'] AS alert, attributes['audit.endpoint'] AS endpoint FROM requests WHERE attributes['audit.action'] = 'hold_endpoint'",
  );
  expect(rows).toEqual([{ alert: "bad-endpoint", endpoint: bad }]);
  const named = new URLSearchParams({ service: "all", endpoint: bad }).toString();
  await fetch(`${weir.admin}/api/v1/holds?${named}`, { method: "DELETE" });
  // By weight alone, one after the other: of five each fourth of a turn is one.
  statusOf.bad = 200;
  const answeredByBad = async (): Promise<number> => {
    let count = 0;
    for (let at = 0; at < 20; at++) {
      const { headers } = await fetch(`${weir.proxy}/`);
      if (headers.get("x-server") === "bad") count++;
    }
    return count;
  };
  expect(await answeredByBad()).toBe(10);
  const wish = { service: "all", endpoint: bad, share: 0.25, for_s: 600, comment: "half a disk" };
  const given = await fetch(`${weir.admin}/api/v1/holds`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wish),
  });
  expect(given.status).toBe(200);
  await expect.poll(async () => (await theBad())?.weight).toBe(0.25);
  expect(Math.abs((await answeredByBad()) - 4)).toBeLessThanOrEqual(1);
  await weir.stop();
});

const POLICY = "policy: { model: model.conf, rules: rules.csv }\nalerts: alerts.yaml\n";
const DENIALS = `notify:
  - { name: back, kind: action, action: roll_back_policy }
rules:
  - { name: denials, panel: denials, window: 5m, when: requests >= 3, every: 1s, notify: [ back ] }
`;

test("denials after a change of the policy take it back, over a restart, until somebody has it read", async () => {
  const rules = (path: string): string => `p, *, ${path}, *, allow\n`;
  const site = createSite(configOf({ upstreams: [good], more: POLICY }), {
    "model.conf": model({ roles: "", matcher: "keyMatch2(r.obj, p.obj)" }),
    "rules.csv": rules("/a"),
    "alerts.yaml": DENIALS,
  });
  const weir = await startWeir(site);
  const statusOfA = async ({ proxy }: typeof weir): Promise<number> =>
    (await fetch(`${proxy}/a`)).status;
  const policyOf = async ({ admin }: typeof weir) =>
    (await (await fetch(`${admin}/api/v1/policy`)).json()) as {
      readonly revision: string;
      readonly rollback: { readonly to: string; readonly created_by: string } | null;
    };
  const { revision } = await policyOf(weir);
  site.put({ "rules.csv": rules("/b") });
  expect((await weir.reload()).status).toBe(200);
  for (let at = 0; at < 3; at++) expect(await statusOfA(weir)).toBe(403);
  await weir.drained();
  const rollback = { to: revision, created_by: "alert denials" };
  await expect.poll(() => policyOf(weir)).toMatchObject({ revision, rollback });
  expect(await statusOfA(weir)).toBe(200);
  expect(await weir.metrics()).toContain("\nweir_policy_rolled_back 1\n");
  await weir.stop();
  const again = await startWeir(site);
  expect([await statusOfA(again), (await policyOf(again)).rollback]).toMatchObject([200, rollback]);
  const listed = (await (await fetch(`${again.admin}/api/v1/alerts`)).json()) as object;
  expect(listed).toMatchObject({ in_force: [{ action: "roll_back_policy", until: null }] });
  expect((await again.reload()).status).toBe(200);
  expect([await statusOfA(again), (await policyOf(again)).rollback]).toEqual([403, null]);
  await again.stop();
});
