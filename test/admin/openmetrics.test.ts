// /metrics in OpenMetrics: who gets it, that it says the same, and that exemplars lead to requests; and its reader finds faults.
import { describe, expect, test } from "vitest";
import { acceptedFormat } from "../../src/admin/metrics/accepted-format.ts";
import { expose, type Metric } from "../../src/admin/metrics/exposition.ts";
import { RequestCounts } from "../../src/admin/metrics/request-counts.ts";
import { trafficMetrics } from "../../src/admin/metrics/traffic.ts";
import { groupsOf } from "../telemetry/support/groups.ts";
import { readOpenMetrics } from "./support/openmetrics.ts";
import { readPrometheus } from "./support/prometheus.ts";

const OPENMETRICS = "application/openmetrics-text";
/** What Prometheus 3 sends. */
const SCRAPE = `${OPENMETRICS};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPENMETRICS};version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`;

test.each([
  ["", "prometheus"],
  ["*/*", "prometheus"],
  ["text/html, */*;q=0.8", "prometheus"],
  [SCRAPE, "openmetrics"],
  [OPENMETRICS, "openmetrics"],
  [`Application/OpenMetrics-Text; version="1.0.0" ; charset=utf-8; q=0.1`, "openmetrics"],
  [`text/plain;version=0.0.4;q=0.6, ${OPENMETRICS};version=1.0.0;q=0.5`, "prometheus"],
  [`text/plain;q=0.5, ${OPENMETRICS};q=0.5`, "openmetrics"],
  [`${OPENMETRICS};q=0`, "prometheus"],
  [`${OPENMETRICS};version=2.0.0`, "prometheus"],
  [`x${OPENMETRICS}`, "prometheus"],
] as const)("Accept: %j gets %s", (accept, format) => {
  expect(acceptedFormat(accept)).toBe(format);
});

function trace(digit: number): string {
  return String(digit).repeat(32);
}

describe("exemplars", () => {
  const ROUTE = { route: "orders", service: "s", upstream: "http://a:1", status: 200 };
  const NOW_MS = 1_764_000_000_250;

  test("are of the newest trace of a bucket, a second apart, in OpenMetrics alone", () => {
    let nowMs = NOW_MS;
    const counts = new RequestCounts(() => nowMs);
    const count = (digit: number, durationMs: number): void => {
      const durationNs = durationMs * 1e6;
      counts.count(groupsOf({ ...ROUTE, traceId: trace(digit), durationNs, upstreamNs: 1e6 }));
    };
    count(1, 3);
    count(2, 4);
    count(3, 30_000);
    nowMs += 1000;
    count(4, 4.5);
    counts.count(groupsOf({ ...ROUTE, traceId: "", durationNs: 7e6 }));
    const metrics = trafficMetrics(counts);
    const { families, exemplars } = readOpenMetrics(expose(metrics, "openmetrics"));
    const found = exemplars
      .filter(({ series }) => series.startsWith("weir_request_duration_seconds_bucket"))
      .map(({ series, ...rest }) => [/le="(.*)"/.exec(series)?.[1], rest]);
    // Rows keep three digits of durations.
    expect(found).toEqual([
      [
        "0.005",
        { labels: `{trace_id="${trace(4)}"}`, value: 0.004497408, timestamp: 1_764_000_001.25 },
      ],
      [
        "+Inf",
        { labels: `{trace_id="${trace(3)}"}`, value: 29.997662208, timestamp: 1_764_000_000.25 },
      ],
    ]);
    expect(exemplars.length).toBeGreaterThan(found.length);
    const plain = expose(metrics, "prometheus");
    expect(plain).not.toContain("trace_id");
    expect(withNumbers(families)).toEqual(withNumbers(readPrometheus(plain)));
  });
});

/** Bounds as numbers: "1" and "1.0" are the same. */
function withNumbers(
  families: ReturnType<typeof readPrometheus> | ReadonlyMap<string, unknown>,
): unknown {
  return JSON.parse(JSON.stringify([...families]).replaceAll(/"le":"(\d+)\.0"/g, '"le":"$1"'));
}

test("words of help keep their signs", () => {
  const metric: Metric = { name: "a", help: 'say "hi" \\ \n', type: "gauge", samples: [[{}, 1]] };
  expect(expose([metric], "openmetrics")).toBe(
    '# TYPE a gauge\n# HELP a say \\"hi\\" \\\\ \\n\na 1\n# EOF\n',
  );
});

const HEAD = "# TYPE h histogram\n# HELP h H.\n";
const REST = 'h_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n# EOF\n';

test("the reader takes what is sound", () => {
  const text = `${HEAD}h_bucket{le="1.0"} 1 # {trace_id="ab"} 0.5 1.25\n${REST}`;
  expect(readOpenMetrics(text).exemplars).toHaveLength(1);
});

test.each([
  ["no end", HEAD + REST.replace("# EOF\n", "")],
  ["more than the end", `${HEAD}${REST}# EOF\n`],
  ["a whole number as a bound", `${HEAD}h_bucket{le="1"} 1\n${REST}`],
  ["an exemplar above its bucket", `${HEAD}h_bucket{le="1.0"} 1 # {trace_id="a"} 1.5 1\n${REST}`],
  ["an exemplar without labels", `${HEAD}h_bucket{le="1.0"} 1 # 0.5\n${REST}`],
  ["an exemplar of a sum", HEAD + REST.replace("h_sum 3", 'h_sum 3 # {a="b"} 1 1')],
  ["a long exemplar", `${HEAD}h_bucket{le="1.0"} 1 # {a="${"b".repeat(128)}"} 0.5 1\n${REST}`],
  [
    "a counter's family with _total",
    "# TYPE a_total counter\n# HELP a_total A.\na_total 1\n# EOF\n",
  ],
  ["a counter without _total", "# TYPE a counter\n# HELP a A.\na 1\n# EOF\n"],
  ["an unescaped quote in HELP", '# TYPE a gauge\n# HELP a "\na 1\n# EOF\n'],
  ["HELP before TYPE", "# HELP a A.\n# TYPE a gauge\na 1\n# EOF\n"],
])("%s is a fault", (_, text) => {
  expect(() => readOpenMetrics(text)).toThrow();
});
