// kill -9 of a whole weir that follows a file and samples by trace: what it answered is stored, and the file goes on where it was.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  cleanUp,
  configOf,
  createSite,
  printed,
  type Site,
  spawnWeir,
  watchWeir,
} from "../support/weir-process.ts";
import { startUpstream } from "./support/upstream.ts";

const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

/** Nobody waits so long, so what waits does so through each kill. */
const COLLECTOR = `collector:
  listen: 127.0.0.1:0
  files: [ { path: app.log, service: shop, from: start } ]
  sampling: { share: 1, wait_ms: 600000, rules: [ { name: errors, error: true } ] }
`;

async function start(site: Site) {
  const spawned = spawnWeir(["run", "-c", site.file]);
  const [weir, url] = await Promise.all([
    watchWeir(spawned),
    printed(spawned, /OTLP collector +(\S+)\n/),
  ]);
  return { weir, url };
}

function spanOf(nth: number): object {
  const startTimeUnixNano = `${Date.now()}000000`;
  const hex = nth.toString(16);
  const span = {
    traceId: hex.padStart(32, "1"),
    spanId: hex.padStart(16, "1"),
    name: `span ${nth}`,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano,
  };
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] };
}

/** What was answered with 200. */
async function send(url: string, nths: readonly number[]): Promise<readonly number[]> {
  const sent = nths.map(async (nth) => {
    const response = await fetch(`${url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(spanOf(nth)),
    }).catch(() => null);
    return response?.status === 200 ? [nth] : [];
  });
  return (await Promise.all(sent)).flat();
}

const numbers = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => from + at);

test("no answered span and no line of the file is lost, and no span is stored twice", async () => {
  const site = createSite(configOf({ upstreams: [upstream.url], more: COLLECTOR }));
  const write = (nths: readonly number[]): void =>
    appendFileSync(join(site.folder, "app.log"), nths.map((nth) => `line ${nth}.\n`).join(""));
  const answered: number[] = [];
  for (const from of [0, 100]) {
    write(numbers(from, 50));
    const { weir, url } = await start(site);
    answered.push(...(await send(url, numbers(from, 40))));
    // Some are on their way when it dies, and lines are being read.
    const late = send(url, numbers(from + 40, 40));
    write(numbers(from + 50, 50));
    await weir.stop("SIGKILL");
    answered.push(...(await late));
  }
  // Another config: nothing is sampled any more, so what waits is released.
  site.write(
    configOf({ upstreams: [upstream.url], more: COLLECTOR.replace(/ {2}sampling.*\n/, "") }),
  );
  const { weir } = await start(site);
  const stored = async (table: string, name: string): Promise<readonly string[]> => {
    const rows = await weir.sql(`SELECT ${name} AS name FROM ${table} WHERE ServiceName = 'shop'`);
    return rows.map((row) => String(row["name"]));
  };
  const lines = numbers(0, 200).map((nth) => `line ${nth}.`);
  const missing = async (): Promise<readonly string[]> => {
    const there = new Set(await stored("otel_logs", "Body"));
    return lines.filter((each) => !there.has(each));
  };
  await weir.until(({ store }) => store.state === "ready");
  await expect.poll(missing).toEqual([]);
  expect(new Set(await stored("otel_logs", "Body")).size).toBe(lines.length);
  const wanted = answered.map((nth) => `span ${nth}`);
  expect(wanted.length).toBeGreaterThanOrEqual(80);
  const lost = async (): Promise<readonly string[]> => {
    const there = new Set(await stored("otel_spans", "SpanName"));
    return wanted.filter((each) => !there.has(each));
  };
  await expect.poll(lost).toEqual([]);
  const spans = await stored("otel_spans", "SpanName");
  expect(spans.length).toBe(new Set(spans).size);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
