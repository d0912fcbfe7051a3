// The receiver's thread dies under load: another one takes its place, nothing that was answered is lost or doubled, and no body kills it.
import { subscribe } from "node:diagnostics_channel";
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { logs, SPAN, traces } from "./support/decoded.ts";
import { openReceiver } from "./support/receiver.ts";

const MIB = 1024 * 1024;
const SENDERS = 4;
const JSON_TYPE = { "content-type": "application/json" };

/** The newest thread. */
let thread: Worker | undefined;
subscribe("worker_threads", (message) => {
  thread = (message as { readonly worker: Worker }).worker;
});

async function isTaken(url: string, path: string, body: object): Promise<boolean> {
  try {
    const sent = { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, sent);
    return response.status === 200 && (await response.text()) === "{}";
  } catch {
    return false;
  }
}

test("what was answered is kept once, also what waits for its trace, though the thread died twice", async () => {
  const rule = { name: "errors", share: 1, service: "", span: "", error: true, min_ms: 0 };
  const rules = [{ ...rule, attribute: "", values: [] }];
  const sampling = { share: 1, wait_ms: 600_000, max_bytes: 64 * MIB, rules };
  await using open = await openReceiver({ sampling });
  const { url, receiver } = open;
  const answered: string[] = [];
  const done = new AbortController();
  const sender = async (sender: number): Promise<void> => {
    for (let nth = 0; !done.signal.aborted; nth++) {
      const name = `${sender}-${nth}`;
      const traceId = `${sender + 1}`.padStart(16, "0") + `${nth}`.padStart(16, "0");
      const at = `${Date.now()}000000`;
      const span = { traceId, spanId: SPAN, name, startTimeUnixNano: at };
      const record = logs({ timeUnixNano: at, body: { stringValue: name } });
      if (await isTaken(url, "/v1/traces", traces(span))) answered.push(`span ${name}`);
      if (await isTaken(url, "/v1/logs", record)) answered.push(`log ${name}`);
    }
  };
  const senders = Array.from({ length: SENDERS }, (_, nth) => sender(nth));
  const more = async (): Promise<void> => {
    const wanted = answered.length + 40;
    await expect.poll(() => answered.length, { interval: 5 }).toBeGreaterThan(wanted);
  };
  for (const deaths of [1, 2]) {
    await more();
    await thread?.terminate();
    await expect.poll(receiver.deaths, { interval: 5 }).toBe(deaths);
  }
  await more();
  done.abort();
  await Promise.all(senders);
  const spans = answered.filter((name) => name.startsWith("span"));
  expect(receiver.counts().traces.waiting).toBeGreaterThanOrEqual(spans.length);
  await receiver.close();
  const rows = [
    ...open.rows("spans").map(({ SpanName }) => `span ${String(SpanName)}`),
    ...open.rows("logs").map(({ Body }) => `log ${String(Body)}`),
  ];
  expect(new Set(rows).size).toBe(rows.length);
  expect(answered.filter((name) => !rows.includes(name))).toEqual([]);
});

test("a body of the largest size, with as many names as it can hold, is answered", async () => {
  await using open = await openReceiver({ max_body_bytes: 16 * MIB });
  const names = Array.from({ length: 1_500_000 }, (_, at) => `"${at.toString(36)}":1`);
  const body = `{${names.join(",")}}`;
  for (const path of ["/v1/traces", "/v1/lines"]) {
    const response = await fetch(`${open.url}${path}`, {
      method: "POST",
      headers: JSON_TYPE,
      body,
    });
    expect(response.status).toBe(200);
  }
  expect(open.receiver.deaths()).toBe(0);
});
