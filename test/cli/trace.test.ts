// A trace as a tree of both sides, drawn within any width, and `weir trace` from id to lines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { widthOf } from "../../src/cli/format-text.ts";
import { coloured, plain } from "../../src/cli/terminal.ts";
import { renderTrace } from "../../src/cli/trace.ts";
import { treeOf } from "../../src/cli/trace-tree.ts";
import { renderWaterfall } from "../../src/cli/waterfall.ts";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";
import type { TraceLine } from "../../src/cli/trace-rows.ts";
import { PAYMENT, serviceSpan, TRACE, TRACE_ID, traceRow } from "./support/traces.ts";

function outline(trace: typeof TRACE): string[] {
  return treeOf(trace).bars.map(({ depth, service, name }) => `${depth} ${service}: ${name}`);
}

describe("the tree", () => {
  test("joins weir's spans and the services' by parent, attempts between them", () => {
    expect(outline(TRACE)).toEqual([
      "0 weir: POST /orders 201",
      "1 weir: → orders 127.0.0.1:4003 upstream_unreachable",
      "1 weir: → orders 127.0.0.1:4001 201",
      "2 orders: POST /orders",
      "3 weir: POST /payments/charge 200",
      "4 weir: → payments 127.0.0.1:4101 200",
      "5 payments: charge card",
    ]);
  });

  test("a service that passes its attempt's context on without spans of its own", () => {
    const payment = { ...PAYMENT, parent_span_id: "a2fb4a1d1a96d312" };
    expect(outline({ ...TRACE, requests: [payment, traceRow()], spans: [] })).toEqual([
      "0 weir: POST /orders 201",
      "1 weir: → orders 127.0.0.1:4003 upstream_unreachable",
      "1 weir: → orders 127.0.0.1:4001 201",
      "2 weir: POST /payments/charge 200",
      "3 weir: → payments 127.0.0.1:4101 200",
    ]);
  });

  test("keeps nanoseconds between spans of one millisecond", () => {
    const [, , , , payment] = treeOf(TRACE).bars;
    expect(payment?.startNs).toBe(41_000_500);
  });

  test("circles, twins, strangers and long chains each appear once", () => {
    const spans = [
      serviceSpan({ span_id: "a", parent_span_id: "b", name: "a" }),
      serviceSpan({ span_id: "b", parent_span_id: "a", name: "b" }),
      serviceSpan({ span_id: "self", parent_span_id: "self", name: "self" }),
      serviceSpan({ span_id: traceRow().span_id, name: "weir's own, by OTLP" }),
      serviceSpan({ span_id: "lost", parent_span_id: "nobody", name: "lost" }),
      ...Array.from({ length: 20_000 }, (_, at) =>
        serviceSpan({ span_id: `chain${at}`, parent_span_id: `chain${at - 1}`, name: "chain" }),
      ),
    ];
    const { bars } = treeOf({ ...TRACE, spans });
    expect(new Set(bars.map(({ id }) => id)).size).toBe(bars.length);
    expect(bars).toHaveLength(5 + 4 + 20_000);
    expect(bars.at(-1)?.depth).toBeGreaterThanOrEqual(0);
  });
});

describe("what is drawn", () => {
  test("each bar where its time is", () => {
    const lines = renderWaterfall(treeOf(TRACE), { width: 80, paint: plain });
    expect(lines.map((line) => line.slice(42))).toEqual([
      "          0                     184 ms",
      "  184 ms  ▌────██████████████████████▓",
      " 34.6 ms  █████▎",
      "  149 ms       ██████████████████████▋",
      "  138 ms       █████████████████████",
      "   96 ms        ██████████████▓",
      "   95 ms        ██████████████▍",
      "   84 ms        ████████████▊",
    ]);
  });

  test.each([
    ["deny", ["  shadow   deny  no rule matched", "           at revision abc"]],
    ["allow", []],
    ["", []],
  ])("a candidate policy that says %j of what is allowed", (shadow_decision, expected) => {
    const request = { ...traceRow(), shadow_decision, shadow_revision: "abc" };
    const text = renderTrace({ ...TRACE, requests: [request] }, { width: 80, paint: plain });
    const at = text.findIndex((line) => line.startsWith("  shadow"));
    expect(at < 0 ? [] : text.slice(at, at + 2)).toEqual(expected);
  });

  test("decision with its place, candidates with the pick, attempts, stages", () => {
    const text = renderTrace(TRACE, { width: 80, paint: plain }).join("\n");
    for (const line of [
      "POST /orders 201 in 184 ms, route orders",
      "  caller   shop (key, role:clerk) from 127.0.0.1",
      "  decision allow  p, role:clerk, /orders, POST",
      "           at policies/policy.csv:6, revision 3f2a11aa90bc",
      "           of (shop, /orders, POST)",
      "           ▸ 127.0.0.1:4001  score 9.70 ms  in flight   2",
      "  attempts 1  127.0.0.1:4003  34.6 ms  upstream_unreachable",
      "  time     ▌ identify 18.4 µs  ▌ authorize 41.2 µs  ▌ balance 7.80 µs",
    ]) {
      expect(text).toContain(`\n${line}`);
    }
  });

  test("log lines each under their span, so many, and those of no span at the end", () => {
    const [orders] = TRACE.spans;
    const logged = (text: string, changes: Partial<TraceLine> = {}): TraceLine => ({
      time: "2026-11-21T21:40:00.040000000Z",
      service: "orders",
      severity: "error",
      text,
      span_id: orders?.span_id ?? "",
      ...changes,
    });
    const many = Array.from({ length: 10 }, (_, at) => logged(`try ${at}\u001b[2J`));
    const early = { time: "2026-11-21T21:39:59.999500000Z", severity: "none", span_id: "gone" };
    const trace = { ...TRACE, logs: [logged("x".repeat(90), early), ...many] };
    const text = renderTrace(trace, { width: 60, paint: plain });
    expect(text[1]).toContain("11 log lines");
    const at = text.findIndex((line) => line.includes("orders  POST /orders"));
    expect(text.slice(at + 1, at + 10)).toEqual([
      ...Array.from({ length: 8 }, (_, n) => `        +40 ms  error  orders: try ${n}�[2J`),
      "      … and 2 more lines; --json has all",
    ]);
    const loose = text.indexOf("logged in no span of it");
    expect(text[loose + 1]).toMatch(/^ {3}-500 µs {2}– {6}orders: x+…$/);
    expect(Math.max(...text.slice(0, loose + 2).map(widthOf))).toBeLessThanOrEqual(60);
  });

  test("a denial is red and names nobody it does not know", () => {
    const denied = traceRow({
      decision: "deny",
      rule: "",
      rule_source: "",
      status: 403,
      principal: "",
      auth_outcome: "none",
      error_code: "forbidden",
      error_source: "client",
      picker: "",
      balance_ns: 0,
      attempt_span_id: [],
      attempt_upstream: [],
      attempt_started_ns: [],
    });
    const trace = { ...TRACE, requests: [denied], spans: [] };
    const text = renderTrace(trace, { width: 80, paint: coloured }).join("\n");
    expect(text).toContain("\u001B[31mdeny\u001B[39m");
    expect(text).toContain("nobody verified (credentials: none)");
    const tried = { ...denied, auth_method: "jwt", issuer: "CA\u001B[2J", auth_outcome: "expired" };
    const told = renderTrace({ ...trace, requests: [tried] }, { width: 80, paint: plain });
    expect(told.join("\n")).toMatch(/credentials: jwt of CA\S*\[2J: expired\)/);
    expect(told.join("\n")).not.toContain("\u001B");
    const verified = traceRow({ auth_method: "jwt", issuer: "https://id.test" });
    const named = renderTrace({ ...trace, requests: [verified] }, { width: 80, paint: plain });
    expect(named.join("\n")).toContain("shop (jwt of https://id.test, role:clerk) from 127.0.0.1");
    expect(text).toContain("forbidden, by client");
    expect(text).not.toContain("balance");
  });

  test.each([40, 60, 80, 140, 300])(
    "at %d columns no line is wider, whatever is in it",
    (width) => {
      const hostile = traceRow({
        path: `/路径/\u001B[2J${"x".repeat(500)}`,
        principal: "\u202Eeve",
        rule: "p, \u0007, *",
        upstream: `http://${"h".repeat(200)}:1`,
        candidates: [`http://${"h".repeat(200)}:1`],
        candidate_scores: [123_456_789],
        error_code: "internal",
      });
      const spans = [
        ...TRACE.spans,
        serviceSpan({ span_id: "z", service: "\u009B31m", name: "n" }),
      ];
      const logs = ["z", ...TRACE.spans.map(({ span_id: id }) => id)].map((span_id) => {
        return {
          time: "never",
          service: "\u202Es",
          severity: "fatal",
          text: "路\u0007\n",
          span_id,
        };
      });
      const trace = { ...TRACE, requests: [hostile, ...TRACE.requests], spans, logs };
      for (const line of renderTrace(trace, { width, paint: plain })) {
        expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\p{Cc}\u202E]/u);
      }
    },
  );
});

describe("weir trace", () => {
  let admin: AdminFixture;
  beforeAll(async () => {
    admin = await startAdminFixture({
      [`GET /api/v1/traces/${TRACE_ID}`]: { body: TRACE },
      [`GET /api/v1/traces/${"0".repeat(32)}`]: {
        status: 404,
        body: { code: "unknown_trace", title: "No such trace is stored.", detail: "never was" },
      },
      "POST /api/v1/sql": { body: { columns: [], rows: [{ trace_id: TRACE_ID }] } },
    });
  });
  afterAll(() => admin.close());

  test("draws it, without colours in a pipe", async () => {
    const { status, out } = await weirInProcess(["trace", TRACE_ID, "--admin", admin.url]);
    expect(status).toBe(0);
    expect(out).toContain(`trace ${TRACE_ID}\n2 requests · 2 spans of services · 184 ms`);
    expect(out).not.toContain("\u001B");
  });

  test("takes a beginning, and prints JSON as it came", async () => {
    const { out } = await weirInProcess(["trace", "4BF92F35", "--json", "--admin", admin.url]);
    expect(JSON.parse(out)).toEqual(TRACE);
    expect(admin.asked.at(-2)?.body).toContain("startsWith(trace_id, '4bf92f35')");
  });

  test("exit 1 for a trace nobody knows, 2 for what is no id", async () => {
    expect(await weirInProcess(["trace", "0".repeat(32), "--admin", admin.url])).toEqual({
      status: 1,
      out: "",
      err: "weir: No such trace is stored: never was\n",
    });
    const asked = admin.asked.length;
    const { status, err } = await weirInProcess(["trace", "x' OR 1=1 --", "--admin", admin.url]);
    expect([status, err]).toEqual([2, expect.stringContaining("32 hexadecimal digits")]);
    expect(admin.asked).toHaveLength(asked);
  });
});
