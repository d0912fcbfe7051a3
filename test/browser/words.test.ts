// The UI's pure parts: quantities, search, buckets, verdict, CSV, place and palette.
import { describe, expect, it } from "vitest";
import type { ErrorRow, SummaryRow } from "../../dashboards/web/src/api.ts";
import type { Interval } from "../../dashboards/web/src/state/range.ts";
import {
  alignPrevious,
  previousInterval,
  toBuckets,
} from "../../dashboards/web/src/words/buckets.ts";
import { toCsv } from "../../dashboards/web/src/words/csv.ts";
import { bytes, count, duration, rate, share, text } from "../../src/core/quantity.ts";
import { readSearch } from "../../dashboards/web/src/words/search.ts";
import { age, axisMarks, fineTime, nsSince, timeMs } from "../../dashboards/web/src/words/time.ts";
import { storedWords } from "../../dashboards/web/src/words/stored.ts";
import { judge } from "../../dashboards/web/src/words/verdict.ts";

it("marks of an axis say seconds where they are less than a minute apart", () => {
  const fromMs = new Date(2026, 10, 22, 9, 5, 30).getTime();
  const wordsOf = (spanMs: number): string[] =>
    axisMarks({ fromMs, toMs: fromMs + spanMs }, fromMs).map(({ words }) => words);
  expect(wordsOf(200_000)).toEqual(["09:05:30", "09:06:20", "09:07:10", "09:08:00", "09:08:50"]);
  expect(wordsOf(240_000)).toEqual(["09:05", "09:06", "09:07", "09:08", "09:09"]);
});

describe("quantities", () => {
  it.each([
    [duration(0), "0"],
    [duration(640), "640 ns"],
    [duration(1240), "1.24 µs"],
    [duration(1_240_000), "1.24 ms"],
    [duration(84_000_000), "84 ms"],
    [duration(999_999_999), "1.00 s"],
    [duration(123e9), "2 min 3 s"],
    [duration(2 * 3600e9 + 60e9), "2 h 1 min"],
    [duration(null), "–"],
    [count(99_999), "99,999"],
    [count(1_234_567), "1.23 M"],
    [rate(3600, 60), "60 /s"],
    [rate(1, 60), "1 /min"],
    [rate(0, 60), "0 /s"],
    [share(1, 100_000), "<0.1 %"],
    [share(0, 10), "0 %"],
    [share(10, 10), "100 %"],
    [share(0, 0), "–"],
    [bytes(91_398_080), "91.4 MB"],
  ])("reads %j as %s", (quantity, words) => {
    expect(text(quantity)).toBe(words);
  });
});

describe("times", () => {
  it("reads ISO and ClickHouse times as UTC, to the nanosecond", () => {
    const at = Date.UTC(2026, 10, 21, 2, 14, 5, 123);
    expect(timeMs("2026-11-21T02:14:05.123456789Z")).toBe(at);
    expect(timeMs("2026-11-21 02:14:05.123456789")).toBe(at);
    expect(fineTime("2026-11-21 02:14:05.123456789")).toEqual({ ms: at, ns: 456_789 });
    expect(fineTime("2026-11-21T02:14:05.123Z")).toEqual({ ms: at, ns: 0 });
    expect(nsSince({ ms: at, ns: 456_789 }, "2026-11-21T02:14:05.124456788Z")).toBe(999_999);
    expect(nsSince({ ms: at, ns: 5 }, "2026-11-21T02:14:05.123Z")).toBe(-5);
  });
  it.each([
    [4_000, "4 s"],
    [190_000, "3 min"],
    [7_200_000, "2 h"],
    [5 * 86_400_000, "5 d"],
  ])("says the age %d ms as %s", (ms, words) => expect(age(ms)).toBe(words));
});

describe("search", () => {
  const known = { routes: ["orders"], services: ["payments"] };
  it.each([
    ["/orders/18", { path: "/orders/18" }],
    ["5xx", { status_class: "5xx" }],
    ["502", { status: "502" }],
    ["status:5xx", { status_class: "5xx" }],
    [">200ms", { min_duration_ms: "200" }],
    [">1.5s", { min_duration_ms: "1500" }],
    ["orders", { route: "orders" }],
    ["payments", { service: "payments" }],
    ["bob", { principal: "bob" }],
    ["caller:orders", { principal: "orders" }],
    ["denied", { decision: "deny" }],
    ["127.0.0.1:4003", { upstream: "http://127.0.0.1:4003" }],
    [
      "orders 5xx >20ms caller:bob",
      { route: "orders", status_class: "5xx", min_duration_ms: "20", principal: "bob" },
    ],
    ["   ", {}],
  ])("reads %j", (words, filters) => expect(readSearch(words, known)).toEqual(filters));
});

describe("CSV", () => {
  it("quotes what needs it and keeps formulas inert, but not numbers", () => {
    expect(
      toCsv(
        ["a", "b"],
        [
          ['say "hi", you', -1],
          ["=1+1", null],
        ],
      ),
    ).toBe('a,b\r\n"say ""hi"", you",-1\r\n\'=1+1,');
  });
});

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 2, 0);

function overview(minute: number, errors: number): Parameters<typeof toBuckets>[0][number] {
  const time = new Date(START + minute * MINUTE).toISOString();
  return {
    time,
    requests: 600,
    errors,
    denied: 0,
    p50_ns: 1e6,
    p95_ns: 5e6,
    p99_ns: 9e6,
  };
}

/** Rows as the API fills a window: even, from the bucket it begins in. */
function evenly({ fromMs, toMs }: Interval, stepS: number): ReturnType<typeof overview>[] {
  const stepMs = stepS * 1000;
  const first = Math.floor(fromMs / stepMs) * stepMs;
  return Array.from({ length: Math.ceil((toMs - first) / stepMs) }, (__, at) =>
    overview((first + at * stepMs - START) / MINUTE, 0),
  );
}

describe("buckets", () => {
  const interval = { fromMs: START + 30_000, toMs: START + 5.5 * MINUTE };
  it("is an even grid of whole buckets: silence is no rate and a gap in latency", () => {
    const buckets = toBuckets(
      [overview(0, 0), overview(1, 0), overview(3, 0), overview(5, 0)],
      interval,
    );
    expect(buckets.times).toEqual([1, 2, 3, 4].map((minute) => (START + minute * MINUTE) / 1000));
    expect(buckets.requests).toEqual([10, 0, 10, 0]);
    expect(buckets.p95).toEqual([5e6, null, 5e6, null]);
  });
  it("shows the bucket that still fills where all that came is in it, by its seconds so far", () => {
    const silent = evenly(interval, 60)
      .slice(0, -1)
      .map((row) => ({ ...row, requests: 0 }));
    const buckets = toBuckets([...silent, overview(5, 0)], interval);
    expect(buckets.times.at(-1)).toBe((START + 5 * MINUTE) / 1000);
    expect(buckets.requests).toEqual([0, 0, 0, 0, 20]);
    const previous = alignPrevious(buckets, [overview(-3, 60)], interval);
    expect(previous.times).toEqual(buckets.times);
  });
  it("lays the period before over this one", () => {
    const buckets = toBuckets([overview(1, 0), overview(2, 0)], interval);
    const previous = alignPrevious(buckets, [overview(-3, 60)], interval);
    expect(previous.times).toEqual(buckets.times);
    // What was not asked for is no fall to zero.
    expect(previous.errors).toEqual([null, 1, null, null]);
  });

  it.each([
    ["15 minutes", 900_000, 10],
    ["15 minutes and a bit", 901_234, 10],
    ["a day, in steps that it is no multiple of", 86_400_000 - 3_000_000, 720],
  ])("has a whole bucket before every bucket of %s", (_, lengthMs, stepS) => {
    for (const offsetMs of [0, 1, 4321, 9999]) {
      const toMs = START + offsetMs;
      const now = { fromMs: toMs - lengthMs, toMs };
      const buckets = toBuckets(evenly(now, stepS), now);
      const past = previousInterval(buckets, now);
      if (past === null) throw new Error("nothing to compare with");
      expect(past.toMs - past.fromMs).toBe(lengthMs);
      // As the API answers: buckets that begin in the window, the first one whole, the last one cut.
      const rows = evenly(past, stepS);
      const isWhole = (time: string): boolean => Date.parse(time) + stepS * 1000 <= past.toMs;
      const previous = alignPrevious(
        buckets,
        rows.filter(({ time }) => isWhole(time)),
        now,
      );
      expect(previous.times).toEqual(buckets.times);
      expect(previous.requests.every((value) => value !== null)).toBe(true);
    }
  });
});

describe("verdict", () => {
  const summary = (errors: number, p95: number): SummaryRow => ({
    requests: 10_000,
    requests_per_second: 11,
    errors,
    denied: 0,
    p50_ns: 1e6,
    p95_ns: p95,
    p99_ns: p95 * 2,
    request_bytes: 0,
    response_bytes: 0,
  });
  const error = (requests: number, status: number, upstream: string): ErrorRow => ({
    route: "orders",
    status,
    upstream,
    error_code: "upstream_reset",
    requests,
    last_at: "",
    trace_id: "",
  });
  const interval = { fromMs: START, toMs: START + 10 * MINUTE };
  // One good bucket in between does not end what goes on.
  const errors = [0, 0, 30, 0, 0, 60, 60, 1, 60, 60];
  const buckets = toBuckets(
    errors.map((each, minute) => overview(minute, each)),
    interval,
  );
  const quiet = toBuckets(
    errors.map((_, minute) => overview(minute, 0)),
    interval,
  );
  const none = { buckets, errors: [], callers: [] };

  it("says what fails, since when, where and for whom", () => {
    const verdict = judge({
      ...none,
      now: summary(400, 5e6),
      before: summary(20, 5e6),
      errors: [error(40, 502, "b"), error(300, 502, "a"), error(9000, 404, "c")],
      callers: [
        {
          principal: "bob",
          principal_kind: "key",
          requests: 900,
          errors: 350,
          denied: 0,
          p95_ns: 1,
          last_at: "",
        },
      ],
    });
    expect(verdict?.headline).toBe("4.0 % of requests fail, up from 0.2 %");
    expect(verdict?.sinceMs).toBe(START + 5 * MINUTE);
    expect(verdict?.cause).toMatchObject({ error: { upstream: "a" }, part: 0.75, caller: "bob" });
  });
  it("does not name a beginning that lies before the range", () => {
    const all = toBuckets(
      errors.map((_, minute) => overview(minute, 60)),
      interval,
    );
    const verdict = judge({ ...none, buckets: all, now: summary(1000, 5e6), before: null });
    expect(verdict).toMatchObject({ tone: "bad", sinceMs: null, cause: null });
  });
  it.each([
    ["slow", summary(10, 9e6), summary(10, 5e6), "Slower than before: p95 is 9 ms, was 5 ms"],
    ["calm", summary(10, 5e6), summary(10, 5e6), "Nothing stands out: 0.1 % errors, p95 5 ms"],
    ["calm", summary(0, 5e6), null, "Nothing stands out: no errors, p95 5 ms"],
    // As bad as before is no news.
    ["calm", summary(300, 5e6), summary(290, 5e6), "Nothing stands out: 3.0 % errors, p95 5 ms"],
  ] as const)("is %s", (...[tone, now, before, headline]) => {
    expect(judge({ ...none, buckets: quiet, now, before })).toMatchObject({ tone, headline });
  });
  it("has nothing to say about no traffic", () => {
    expect(judge({ ...none, now: { ...summary(0, 0), requests: 0 }, before: null })).toBeNull();
  });
});

describe("protected values", () => {
  const encrypted = "enc:v1:448ec6f7:GtHkJ1i1DwmwLqntpuPNtwAAAAAAMioiZl-U9V2v";
  const hashed = "hash:v1:448ec6f7:21mBpm6K8BrFUxiVvAm27Q";
  it.each([
    [encrypted, "encrypted"],
    [hashed, "hashed 21mBpm"],
    [`GET ${encrypted}`, "GET encrypted"],
    ["/orders/:v1:", "/orders/:v1:"],
    [`/orders/${hashed}`, `/orders/${hashed}`],
    ["enc:v2:448ec6f7:AAAA", "enc:v2:448ec6f7:AAAA"],
    ["", ""],
  ])("reads %j as %s", (value, words) => expect(storedWords(value)).toBe(words));
});
