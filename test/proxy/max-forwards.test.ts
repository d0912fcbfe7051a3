// Max-Forwards: how far OPTIONS and TRACE may go (RFC 9110 section 7.6.2).
import { expect, it } from "vitest";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const LIMITED: readonly [string, string, number, readonly string[] | null][] = [
  ["OPTIONS", "0", 200, null],
  ["TRACE", "0", 501, null],
  ["OPTIONS", "1", 200, ["0"]],
  ["TRACE", "10", 200, ["9"]],
  ["OPTIONS", "007", 200, ["6"]],
  ["OPTIONS", "x", 200, ["x"]],
  ["OPTIONS", "-1", 200, ["-1"]],
  ["GET", "0", 200, ["0"]],
  ["POST", "5", 200, ["5"]],
];

it.each(LIMITED)("%s %s -> %i", async (...[method, count, status, passed]) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  const response = await exchangeRaw(
    proxy.port,
    requestText(`${method} /a`, { "mAx-Forwards": count }),
  );
  expect(response.status).toBe(status);
  expect(response.fields.get("traceresponse")).toMatch(/^00-/);
  const calls = upstream.calls.map((call) => call.fields.all("max-forwards"));
  expect(calls).toEqual(passed === null ? [] : [passed]);
  expect(proxy.rows).toMatchObject([{ method, status, completed: true }]);
});

it("authorization comes first", async () => {
  await using upstream = await startUpstream(answerOk);
  const config = { routes: [{ name: "r", service: "app", authenticate: ["key"] }] };
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  const text = requestText("OPTIONS /", { "Max-Forwards": "0" });
  expect((await exchangeRaw(proxy.port, text)).status).toBe(401);
});
