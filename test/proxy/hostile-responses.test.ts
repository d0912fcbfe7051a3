// Hostile bytes of an upstream (test/fixtures/hostile/responses.yaml): what the client gets, and that the next
// request on its connection gets its own answer.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, type RawClient, requestText } from "../support/raw-client.ts";
import { OK, type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

interface HostileResponse {
  readonly name: string;
  /** Latin-1; `bytes` as many times as `repeat` says, between what stands before and after. */
  readonly bytes: string;
  readonly before?: string;
  readonly repeat?: number;
  readonly after?: string;
  /** The upstream ends the connection behind them. */
  readonly closes?: boolean;
  readonly method?: string;
  /** Status and body, status and code of the problem, or "cut". */
  readonly answer: string | number;
  /** Fields that the client must not see. */
  readonly absent?: readonly string[];
}

const FILE = join(import.meta.dirname, "../fixtures/hostile/responses.yaml");
const cases = parse(readFileSync(FILE, "utf8")) as readonly HostileResponse[];

let sent: HostileResponse = cases[0]!;
let upstream: RawUpstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream((call) => {
    if (call.target !== "/hostile") {
      const text = `next ${call.target}`;
      call.reply(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
      return;
    }
    const { before = "", bytes, repeat = 1, after = "" } = sent;
    call.reply(before + bytes.repeat(repeat) + after);
    if (sent.closes === true) call.socket.end();
  });
  proxy = await startProxy({ upstreams: [upstream.url] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

async function answerOf(client: RawClient, { method = "GET", absent = [] }: HostileResponse) {
  client.send(requestText(`${method} /hostile`));
  try {
    let response = await client.response(method);
    while (response.status < 200) response = await client.response(method);
    const { status, text, fields } = response;
    for (const name of absent) expect(fields.all(name)).toEqual([]);
    expect(fields.all("traceresponse")).toEqual([expect.stringMatching(/^00-/)]);
    const code = text.startsWith("{") ? (JSON.parse(text) as { code: string }).code : text;
    return `${status} ${code}`.trim();
  } catch (error) {
    expect(String(error)).toMatch(/early|ended|chunk/);
    return "cut";
  }
}

describe("what an upstream sends", () => {
  it.each(cases.map((each) => [each.name, each] as const))("%s", async (_, one) => {
    sent = one;
    const rows = proxy.rows.length;
    using client = await connectRaw(proxy.port);
    expect(await answerOf(client, one)).toBe(String(one.answer));
    const row = await proxy.row(rows);
    expect(row.completed).toBe(one.answer !== "cut");
    if (one.answer === "cut") {
      expect(row).toMatchObject({ status: 200, errorSource: "upstream" });
      expect(row.errorCode).not.toBe("");
    } else {
      client.send(requestText(`GET /${rows}`));
      expect((await client.response()).text).toBe(`next /${rows}`);
    }
    expect((await exchangeRaw(proxy.port, requestText("GET /other"))).text).toBe("next /other");
  });
});

describe("an upstream that is slow", () => {
  it.each([
    ["status line", "HTTP/1.1 200 "],
    ["field", "HTTP/1.1 200 OK\r\nX: "],
  ])("with its %s, byte by byte, has the time for a head", async (_, start) => {
    await using slow = await startUpstream(({ socket, reply }) => {
      reply(start);
      const drip = setInterval(() => reply("x"), 20);
      socket.once("close", () => clearInterval(drip));
    });
    const config = { timeouts: { header_ms: 300 } };
    await using proxy = await startProxy({ upstreams: [slow.url], config });
    const { status, text } = await exchangeRaw(proxy.port, requestText("GET /"));
    expect([status, JSON.parse(text)]).toMatchObject([504, { code: "header_timeout" }]);
  });

  it("with its head goes on for as long as it sends interim responses", async () => {
    await using slow = await startUpstream(({ reply }) => {
      let left = 5;
      const step = setInterval(() => {
        reply(left > 0 ? "HTTP/1.1 102 Processing\r\n\r\n" : OK);
        if (left-- === 0) clearInterval(step);
      });
    });
    const config = { timeouts: { header_ms: 300 } };
    await using proxy = await startProxy({ upstreams: [slow.url], config });
    using client = await connectRaw(proxy.port);
    client.send(requestText("GET /"));
    for (let nth = 0; nth < 5; nth++) expect((await client.head()).status).toBe(102);
    expect((await client.response()).text).toBe("ok");
  });
});
