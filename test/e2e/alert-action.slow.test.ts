// An alert takes a failing endpoint out: no request reaches it, a reload keeps that, and who asks sees which rule it was.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { cleanUp, configOf, createSite, startWeir } from "../support/weir-process.ts";

const servers: Server[] = [];

async function startAnswering(status: number): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end());
  servers.push(server.listen(0, "127.0.0.1"));
  // Above weir's own, so that idle connections are closed by weir alone.
  server.keepAliveTimeout = 120_000;
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const [good, bad] = [await startAnswering(200), await startAnswering(500)];

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
    readonly endpoints: readonly { readonly url: string; readonly state: string }[];
  }[];
}

test("the failing endpoint is held until it is put back by hand", async () => {
  const options = { upstreams: [good, bad], balance: "round-robin" };
  const site = createSite(configOf({ ...options, more: "alerts: alerts.yaml\n" }), {
    "alerts.yaml": ALERTS,
  });
  const weir = await startWeir(site);
  const ask = async (path: string): Promise<unknown> => (await fetch(weir.admin + path)).json();
  const stateOfBad = async (): Promise<string | undefined> => {
    const { services } = (await ask("/api/v1/services")) as Services;
    return services[0]?.endpoints.find(({ url }) => url === bad)?.state;
  };
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
  expect(await statuses()).toEqual(new Set([200, 500]));
  await weir.stop();
});
