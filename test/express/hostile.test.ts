// The hostile bytes of test/fixtures/hostile at an Express application: node:http reads them, and what is forwarded must be the same.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE_FILES, hostileCases } from "../support/hostile-cases.ts";
import { connectRaw } from "../support/raw-client.ts";
import {
  answerOnceRead,
  type RawUpstream,
  startUpstream,
  type UpstreamCall,
} from "../support/raw-upstream.ts";
import { startApp, type TestApp } from "./support.ts";

/** For what is never whole. */
const PATIENCE_MS = 500;

let upstream: RawUpstream;
let app: TestApp;

beforeAll(async () => {
  upstream = await startUpstream(answerOnceRead);
  app = await startApp({
    endpoints: [upstream.url],
    config: {
      services: { app: { endpoints: [upstream.url] } },
      routes: [{ name: "all", service: "app" }],
      policy: undefined,
      timeouts: { idle_ms: 100 },
    },
  });
  app.server.keepAliveTimeout = 20;
  app.server.keepAliveTimeoutBuffer = 0;
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const BROKEN = "broken off";

async function received(call: UpstreamCall): Promise<string> {
  const body = await call.body().catch(() => null);
  if (body === null) return BROKEN;
  return `${call.method} ${call.target} ${body.text}`.trimEnd();
}

/** What node:http forgives before a request, and reads as nginx and HAProxy do. */
const FORGIVEN = new Set([
  "two blanks",
  "five empty lines before",
  "a bare LF before",
  "a bare CR before",
]);

describe.each(HOSTILE_FILES)("%s", (file) => {
  const cases = hostileCases(file).filter(([name]) => !FORGIVEN.has(name));
  it.each(cases)("%s", async (_, one) => {
    const nth = upstream.calls.length;
    const rows = app.rows.length;
    using client = await connectRaw(Number(new URL(app.url).port));
    client.send(one.bytes);
    const patience = setTimeout(() => client.socket.end(), PATIENCE_MS);
    await client.reader.rest();
    clearTimeout(patience);
    const calls = upstream.calls.slice(nth).filter(({ method }) => method !== "");
    const whole = (await Promise.all(calls.map(received))).filter((text) => text !== BROKEN);
    const refused = !one.answers.every((answer) => answer === 200);
    const wanted =
      one.upstream?.map((text) => text.trimEnd()) ?? (refused ? [] : whole.slice(0, 1));
    expect(wanted).toEqual(expect.arrayContaining(whole));
    expect(app.rows.slice(rows).map(({ path }) => path)).not.toContain("/smuggled");
    for (const { fields } of calls) {
      if (one.host !== undefined) expect(fields.all("host")).toEqual([one.host]);
      if (one.absent !== undefined) expect(fields.all(one.absent)).toEqual([]);
    }
  });
});
