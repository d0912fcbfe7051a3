// Alerts of a whole weir: an error spike is told once, by group, through a receiver that was down and two restarts, and its end as well.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Received, type Receiver, startReceiver } from "../support/receiver.ts";
import {
  cleanUp,
  createSite,
  type Site,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";

const SECRET = "a-secret-that-nobody-prints-4711";

/** "/orders/500" is answered with 500. */
const service = createServer((request, response) => {
  response.writeHead(Number(/\d{3}$/.exec(request.url ?? "")?.[0] ?? 200)).end();
});
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  receiver.close();
  service.closeAllConnections();
  service.close();
  cleanUp();
});

const CONFIG = (port: number): string => `listen: { http: "127.0.0.1:0" }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 1
services: { all: { endpoints: [ "http://127.0.0.1:${port}" ] } }
routes:
  - { name: orders, match: { path: /orders/** }, service: all }
  - { name: payments, match: { path: /payments/** }, service: all }
alerts: ./alerts.yaml
`;

const ALERTS = (url: string): string => `notify:
  - { name: ops, kind: webhook, url: "${url}/hook", secret: "\${env:HOOK_SECRET}" }
group: { wait: 0s, repeat: 30d }
rules:
  - name: failing
    panel: routes
    window: 1h
    when: [ error_share > 0.5, requests >= 4 ]
    by: [ route ]
    every: 1s
    severity: page
    annotations: { summary: "{{error_share}} of {{requests}} requests of {{route}} fail" }
  - { name: broken, panel: rootes, when: a > 1 }
`;

interface Shown {
  readonly firing: number;
  readonly alerts: readonly {
    readonly id: string;
    readonly alert: string;
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly fired_at: string;
    readonly unknown_since: string | null;
  }[];
  readonly notifiers: readonly { readonly failed: number; readonly last_error: string }[];
  readonly faults: readonly string[];
}

interface Told {
  readonly resolved: number;
}

/** Of what a restart would know. */
function firingIn({ data }: Site): number {
  const { rules } = JSON.parse(readFileSync(join(data, "alerts.json"), "utf8")) as {
    readonly rules: readonly (readonly [string, Pick<Shown, "alerts">])[];
  };
  return rules.flatMap(([, { alerts }]) => alerts).filter(({ state }) => state === "firing").length;
}

/** What takes longer hangs. */
const PATIENCE_MS = 120_000;

async function until(weir: WeirProcess, wanted: (shown: Shown) => boolean): Promise<Shown> {
  for (const endMs = performance.now() + PATIENCE_MS; ; await sleep(100)) {
    const shown = (await (await fetch(`${weir.admin}/api/v1/alerts`)).json()) as Shown;
    if (wanted(shown)) return shown;
    if (performance.now() > endMs) throw new Error(`${JSON.stringify(shown)}\n${weir.errors()}`);
  }
}

async function send(weir: WeirProcess, times: number, paths: readonly string[]): Promise<void> {
  for (let sent = 0; sent < times; sent++) {
    for (const path of paths) await (await fetch(`${weir.proxy}${path}`)).text();
  }
}

function signedBody({ headers, body }: Received = { path: "", headers: {}, body: "" }): string {
  const signed = `${String(headers["x-weir-timestamp"])}.${body}`;
  const mac = createHmac("sha256", SECRET).update(signed).digest("hex");
  expect(headers["x-weir-signature"]).toBe(`v1=${mac}`);
  return body;
}

test("a spike fires, is told once, and ends", async () => {
  const site = createSite(CONFIG((service.address() as AddressInfo).port), {
    "alerts.yaml": ALERTS(receiver.url),
  });
  const env = { HOOK_SECRET: SECRET };
  receiver.answer(503);
  const first = await startWeir(site, env);
  await send(first, 4, ["/orders/500", "/payments/500"]);
  const fired = await until(first, ({ firing, notifiers: [ops] }) => {
    return firing === 2 && ops?.last_error !== "";
  });
  expect(fired.notifiers[0]?.last_error).toBe("answered 503");
  expect(fired.faults).toEqual([
    expect.stringMatching(/alerts\.yaml:\d+: rules\[1\]\.panel: names no panel.*"routes"/),
  ]);
  expect(await first.metrics()).toContain('weir_alerts_firing{severity="page"} 2');
  // Shown before it is kept: a second one that fires a moment later.
  await expect.poll(() => firingIn(site)).toBe(2);
  // Nobody was told yet, and that is not forgotten.
  await first.stop("SIGKILL");
  receiver.answer(200);
  const second = await startWeir(site, env);
  await receiver.until(1);
  const [hook] = receiver.taken;
  const { "x-weir-timestamp": at = "", "x-weir-signature": signature } = hook?.headers ?? {};
  const mac = createHmac("sha256", SECRET)
    .update(`${String(at)}.${hook?.body}`)
    .digest("hex");
  expect(signature).toBe(`v1=${mac}`);
  const told = JSON.parse(hook?.body ?? "") as Pick<Shown, "alerts">;
  expect(told).toMatchObject({ status: "firing", firing: 2, resolved: 0 });
  const known = ({ alerts }: Pick<Shown, "alerts">): string[] =>
    alerts.map(({ id, fired_at: when }) => `${id} ${when}`).sort();
  expect(known(told)).toEqual(known(fired));
  await second.stop();
  const third = await startWeir(site, env);
  // Refused until it tells of both: one may be over before the other.
  receiver.answer((body) => ((JSON.parse(body) as Told).resolved === 2 ? 200 : 503));
  await send(third, 20, ["/orders/1", "/payments/1"]);
  await receiver.until(2);
  expect(JSON.parse(signedBody(receiver.taken[1]))).toMatchObject({
    status: "resolved",
    firing: 0,
    resolved: 2,
    alerts: [{ state: "resolved" }, { state: "resolved" }],
  });
  expect(receiver.taken).toHaveLength(2);
  await third.drained();
  const rows = await third.sql(
    `SELECT attributes['audit.action'] AS action, count() AS alerts FROM requests
     WHERE kind = 'audit' AND action LIKE 'alert%' GROUP BY action ORDER BY action`,
  );
  expect(rows).toEqual([
    { action: "alert_firing", alerts: 2 },
    { action: "alert_resolved", alerts: 2 },
  ]);
  await third.stop();
  for (const weir of [first, second, third]) expect(weir.errors()).not.toContain(SECRET);
});
