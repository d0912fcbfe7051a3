// Bytes that are no valid request, sent while others are served: a 4xx with a code, and a row each.
import { connect } from "node:net";
import { afterAll, expect, test } from "vitest";
import { type Answer, startLoad } from "../support/weir-process-load.ts";
import { configOf, createSite, cleanUp, startWeir } from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startUpstream } from "./support/upstream.ts";

const upstream = await startUpstream();
const site = createSite(configOf({ upstreams: [upstream.url] }));

afterAll(() => {
  cleanUp();
  upstream.close();
});

const HOST = "Host: a\r\n";

/** What is sent, and the codes that may come back. */
const cases: readonly (readonly [string, string])[] = [
  ["no http at all\r\n\r\n", "malformed_request"],
  [`GET / HTTP/1.1\r\n${HOST}bad header\r\n\r\n`, "malformed_request"],
  [`GET / HTTP/1.1\r\n${HOST}X: ${"x".repeat(20_000)}\r\n\r\n`, "headers_too_large"],
  ["GET / HTTP/1.1\r\n\r\n", "bad_host"],
  [`GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, "bad_host"],
  [
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "malformed_request",
  ],
  [`POST / HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`, "malformed_request"],
  [`GET /${"u".repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`, "uri_too_long"],
  [`GET /%zz HTTP/1.1\r\n${HOST}\r\n`, "ambiguous_path"],
  [`GET / HTTP/9.9\r\n${HOST}\r\n`, "version_not_supported"],
];

/** The whole reply as text; the server closes the connection. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.setEncoding("utf8");
    socket.setTimeout(60_000, () => socket.destroy(new Error(`no end of reply to ${bytes}`)));
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("trace_id")) socket.end();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", (error) => (text === "" ? reject(error) : resolve(text)));
  });
}

function toAnswer(reply: string): Answer {
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3})/.exec(reply) ?? [];
  const [, trace = "", span = ""] = /traceresponse: 00-(\w+)-(\w+)-/i.exec(reply) ?? [];
  const body = reply.slice(reply.indexOf("\r\n\r\n") + 4);
  return { id: `${trace}-${span}`, status: Number(status), body, method: "", path: "", atMs: 0 };
}

test("each is refused with a code and has its own row", async () => {
  const weir = await startWeir(site);
  const load = startLoad({ port: weir.port });
  await load.reached(50);
  const refused: Answer[] = [];
  for (let round = 0; round < 3; round++) {
    for (const [bytes, code] of cases) {
      const answer = toAnswer(await exchange(weir.port, bytes));
      const problem = JSON.parse(answer.body) as { readonly code: string };
      expect([bytes.slice(0, 60), problem.code]).toEqual([bytes.slice(0, 60), code]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      refused.push(answer);
    }
  }
  await load.stop();
  await weir.drained();

  expect(load.failures).toEqual([]);
  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  await expectOneRowEach(weir.sql, [...load.answers, ...refused]);
  const [codes = {}] = await weir.sql("SELECT countIf(error_source = 'client') AS n FROM requests");
  expect(Number(codes["n"])).toBe(refused.length);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
