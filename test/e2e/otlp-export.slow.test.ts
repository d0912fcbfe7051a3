// Spans of sampled requests leave over OTLP/HTTP with the ids of their rows; unsampled ones only have rows.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { type Answer, startLoad } from "../support/weir-process-load.ts";
import { configOf, createSite, cleanUp, startWeir } from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startUpstream } from "./support/upstream.ts";

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const SERVER_SPAN = 2;
const CLIENT_SPAN = 3;
const upstream = await startUpstream();
const spans: Span[] = [];
const paths = new Set<string>();
const receiver = createServer((request, response) => {
  paths.add(request.url ?? "");
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => (text += chunk));
  request.on("end", () => {
    const { resourceSpans } = JSON.parse(text) as Export;
    spans.push(...resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
}).listen(0, "127.0.0.1");
await once(receiver, "listening");
const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

afterAll(() => {
  cleanUp();
  upstream.close();
  receiver.closeAllConnections();
  receiver.close();
});

/** Sends some requests through a weir with this sampler; gives what was answered. */
async function served(sampler: string): Promise<readonly Answer[]> {
  spans.length = 0;
  const site = createSite(configOf({ upstreams: [upstream.url] }));
  const weir = await startWeir(site, {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_BSP_SCHEDULE_DELAY: "200",
  });
  const load = startLoad({ port: weir.port, clients: 4 });
  await load.reached(60);
  await load.stop();
  await weir.drained();
  await expectOneRowEach(weir.sql, load.answers);
  const [row = {}] = await weir.sql("SELECT countIf(sampled) AS n FROM requests");
  expect(Number(row["n"])).toBe(sampler === "always_on" ? load.answers.length : 0);
  // What still waits is sent before the end.
  expect(await weir.stop()).toMatchObject({ code: 0 });
  return load.answers;
}

test("sampled: a server span with the row's ids, and a client span for its attempt", async () => {
  const answers = await served("always_on");
  const servers = spans.filter(({ kind }) => kind === SERVER_SPAN);
  const idOf = ({ traceId, spanId }: Span): string => `${traceId}-${spanId}`;
  expect(servers.map(idOf).toSorted()).toEqual(answers.map(({ id }) => id).toSorted());
  const clients = spans.filter(({ kind }) => kind === CLIENT_SPAN);
  const parents = clients.map(({ traceId, parentSpanId = "" }) => `${traceId}-${parentSpanId}`);
  expect(parents.toSorted()).toEqual(answers.map(({ id }) => id).toSorted());
  expect([...paths]).toEqual(["/v1/traces"]);
});

test("not sampled: nothing leaves, and every row is there", async () => {
  await served("always_off");
  expect(spans).toEqual([]);
});

test("a receiver that is not there holds up neither requests nor the end", async () => {
  const site = createSite(configOf({ upstreams: [upstream.url] }));
  const weir = await startWeir(site, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
  const load = startLoad({ port: weir.port, clients: 4 });
  await load.reached(60);
  await load.stop();
  await weir.drained();
  expect(load.failures).toEqual([]);
  await expectOneRowEach(weir.sql, load.answers);
  expect(await weir.metrics()).toMatch(/^weir_otlp_spans_sent_total 0$/m);
  const { code, ms } = await weir.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(20_000);
});
