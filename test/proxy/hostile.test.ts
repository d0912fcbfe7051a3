// Hostile bytes of test/fixtures/hostile on a raw socket: what is answered, and what reaches the upstream.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { HOSTILE_FILES, type HostileCase, hostileCases } from "../support/hostile-cases.ts";
import { connectRaw } from "../support/raw-client.ts";
import {
  answerOnceRead,
  type RawUpstream,
  startUpstream,
  type UpstreamCall,
} from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let patient: TestProxy;
/** For what is never whole. */
let hasty: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream(answerOnceRead);
  const upstreams = [upstream.url];
  patient = await startProxy({ upstreams });
  hasty = await startProxy({ upstreams, config: { timeouts: { idle_ms: 300 } } });
});
afterAll(async () => {
  await Promise.all([patient, hasty].map((proxy) => proxy[Symbol.asyncDispose]()));
  await upstream[Symbol.asyncDispose]();
});

/** The answers to the bytes, and whether the connection ended behind them. */
async function answersTo(port: number, { bytes, answers }: HostileCase): Promise<string[]> {
  using client = await connectRaw(port);
  client.send(bytes);
  const got: string[] = [];
  for (const _ of answers) {
    const { status, text } = await client.response(bytes.startsWith("HEAD ") ? "HEAD" : "GET");
    const { code } = text.startsWith("{") ? (JSON.parse(text) as { code: string }) : { code: "" };
    got.push(code === "" ? `${status}` : `${status} ${code}`);
  }
  // What was refused may be followed by what must not be acted on; the end tells that it was not.
  if (/malformed|version/.test(got.at(-1) ?? "")) await client.closed;
  return got;
}

async function received(call: UpstreamCall): Promise<string> {
  return `${call.method} ${call.target} ${(await call.body()).text}`.trimEnd();
}

describe.each(HOSTILE_FILES)("%s", (file) => {
  it.each(hostileCases(file))("%s", async (_, one) => {
    const isWhole = !one.answers.some((answer) => String(answer).startsWith("408"));
    const proxy = isWhole ? patient : hasty;
    const rows = proxy.rows.length;
    const nth = upstream.calls.length;
    expect(await answersTo(proxy.port, one)).toEqual(one.answers.map(String));
    const calls = upstream.calls.slice(nth).filter(({ method }) => method !== "");
    // A head may have gone ahead of a body that makes no sense; it is broken off then.
    if (one.upstream !== undefined || one.answers.every((answer) => answer === 200)) {
      const wanted = one.upstream?.map((text) => text.trimEnd());
      expect(await Promise.all(calls.map(received))).toEqual(wanted ?? [expect.any(String)]);
    } else await expectNothingWhole(calls);
    expect(proxy.rows).toHaveLength(rows + one.answers.length);
    expect(proxy.rows.map(({ path }) => path)).not.toContain("/smuggled");
    if (one.host !== undefined) expect(proxy.rows.at(-1)?.host).toBe(one.host);
    if (calls[0] !== undefined) await expectFields(calls[0], one);
  });
});

async function expectFields(call: UpstreamCall, one: HostileCase): Promise<void> {
  if (one.host !== undefined) expect(call.fields.all("host")).toEqual([one.host]);
  if (one.field !== undefined) expect(call.fields.all(one.field[0])).toEqual([one.field[1]]);
  if (one.present !== undefined) expect(call.fields.all(one.present)).toHaveLength(1);
  if (one.absent !== undefined) expect(call.fields.all(one.absent)).toEqual([]);
  if (one.trailers !== undefined) {
    expect((await call.body()).trailers.lines.map((line) => line.join(": "))).toEqual(one.trailers);
  }
}

async function expectNothingWhole(calls: readonly UpstreamCall[]): Promise<void> {
  for (const call of calls) await expect(call.body()).rejects.toThrow("ended");
}
