// The tail and the SQL console in a real browser, over the real admin server and a real store.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import type { GroupValues } from "../../src/telemetry/groups/row-group.ts";
import { parsePanel } from "../../src/store/panels/parse-panel.ts";
import { adminParts } from "../admin/support/admin-kit.ts";
import { batch, line, startTestStore, type TestStore, timestamp } from "../store/support.ts";
import { groupOfLines } from "../telemetry/support/groups.ts";
import { expectNarrow, hashOf, sized, usePages } from "./support/page.ts";

type Listener = (groups: readonly GroupValues[]) => void;

const TRACE_ID = "5bf92f3577b34da6a3ce929d0e0e4736";
const BIG_TRACE_ID = "6bf92f3577b34da6a3ce929d0e0e4736";

const openPage = usePages();
let system: TestStore;
let admin: Admin;
let isAway = false;
let rows = 0;
/** Who listens besides: the counts of /metrics. */
let others = 0;
const listeners = new Set<Listener>();

beforeAll(async () => {
  system = await startTestStore();
  admin = await startAdmin(
    adminParts({
      store: () => system.store,
      storeHealth: () => ({
        kind: "embedded",
        state: isAway ? "down" : "ready",
        sinceMs: 0,
        error: isAway ? "connect ECONNREFUSED" : null,
      }),
      rows: {
        subscribe: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
      ui: join(import.meta.dirname, "../../dashboards/web/dist"),
    }),
  );
  others = listeners.size;
});
afterEach(() => void (isAway = false));
afterAll(async () => {
  await admin.close();
  await system.end();
});

const open = (hash: string, width = 1440): Promise<Page> =>
  openPage(`http://127.0.0.1:${admin.address.port}/${hash}`, sized(width));

/** Rows that end now; each has a span of its own. */
function passing(count: number, values: Parameters<typeof line>[0] = {}): string[] {
  return Array.from({ length: count }, () => {
    rows++;
    const span_id = rows.toString(16).padStart(16, "0");
    return line({
      started_at: timestamp(Date.now()),
      span_id,
      route: "orders",
      status: 200,
      ...values,
    });
  });
}

/** Tails that are open at the server. */
function tails(): number {
  return listeners.size - others;
}

function send(lines: readonly string[]): void {
  for (const listener of listeners) listener([groupOfLines(lines)]);
}

describe("tail", () => {
  it("shows rows as they end, stands still while one is read, and goes on", async () => {
    const page = await open("#/tail");
    await page.getByText("No request has ended since").waitFor();
    const known = passing(1, { path: "/orders/1", trace_id: TRACE_ID, status: 503 });
    await system.store.write(batch("known", known));
    await expect.poll(tails).toBe(1);
    send([...passing(2, { path: "/orders/2" }), ...known]);
    const shown = page.getByRole("table", { name: "Live requests" }).locator("tbody tr");
    await expect.poll(() => shown.count()).toBe(3);
    await expect.poll(() => page.locator(".tail-words").innerText()).toMatch(/^3 since \d\d:/);
    await shown.filter({ hasText: "503" }).click();
    await expect.poll(() => hashOf(page)).toMatch(new RegExp(`^#/tail\\?open=${TRACE_ID}\\.`));
    await expect.poll(() => page.locator(".sheet h2").first().innerText()).toContain("/orders/1");
    send(passing(4));
    await page.getByText("Held while you read: 4 came meanwhile.").waitFor();
    expect(await shown.count()).toBe(3);
    await page.keyboard.press("Escape");
    await expect.poll(() => shown.count()).toBe(7);
    await page.keyboard.press("p");
    await page.getByText("Paused: 0 came meanwhile.").waitFor();
    send(passing(1));
    await page.getByText("Paused: 1 came meanwhile.").waitFor();
    await page.getByRole("button", { name: "Go on", exact: true }).click();
    await expect.poll(() => shown.count()).toBe(8);
  });

  it("is narrowed by the URL, by choosing and by the search, with a chip for each", async () => {
    const page = await open("#/tail?status_class=4xx");
    await page.getByText("Nothing that matches these filters has ended").waitFor();
    await expect.poll(tails).toBe(1);
    send([...passing(3), ...passing(1, { status: 404, principal: "zoe" })]);
    const shown = page.getByRole("table", { name: "Live requests" }).locator("tbody tr");
    await expect.poll(() => shown.allInnerTexts()).toEqual([expect.stringContaining("404")]);
    await page.keyboard.press("/");
    await page.keyboard.type("caller:zoe");
    await page.keyboard.press("Enter");
    await expect.poll(() => hashOf(page)).toBe("#/tail?status_class=4xx&principal=zoe");
    await expect.poll(() => page.locator(".chip").count()).toBe(2);
    await page.getByLabel("Decision").selectOption("deny");
    await page.getByRole("button", { name: "Clear all" }).click();
    await expect.poll(() => hashOf(page)).toBe("#/tail");
    await page.getByTitle("Requests of the last minute").click();
    await expect.poll(() => hashOf(page)).toBe("#/requests?since=1m");
  });

  it("says what was dropped, and leaves nothing open behind", async () => {
    const page = await open("#/tail");
    for (let visit = 0; visit < 3; visit++) {
      await expect.poll(tails).toBe(1);
      await page.getByRole("link", { name: "Routes" }).click();
      await expect.poll(tails).toBe(0);
      await page.getByRole("link", { name: "Tail" }).click();
    }
    await expect.poll(tails).toBe(1);
    send(passing(180, { path: "/flood" }));
    // Fewer than 100 where the connection had no room.
    const words = page.locator(".tail-words");
    await expect.poll(() => words.innerText()).toMatch(/^180 since[^]*\d+ dropped here: more came/);
    const dropped = Number(/(\d+) dropped/.exec(await words.innerText())?.[1]);
    expect(dropped).toBeGreaterThanOrEqual(80);
    expect(await page.getByText("/flood").count()).toBe(180 - dropped);
  });

  it("goes on without a store, and says when the stream itself is gone", async () => {
    isAway = true;
    const page = await open("#/tail", 390);
    await expect.poll(tails).toBe(1);
    send(passing(1, { path: "/orders/9" }));
    await page.getByText("/orders/9").waitFor();
    await expectNarrow(page);
    await page.route("**/stream*", (route) => route.abort());
    await page.getByLabel("Status").selectOption("2xx");
    await page.getByText("weir's admin server does not answer. Tried again every 3 s.").waitFor();
  });
});

describe("a trace of ten thousand spans", () => {
  it("draws the lines in sight, to the last one", async () => {
    await system.store.write(batch("big", passing(1, { trace_id: BIG_TRACE_ID, path: "/big" })));
    await system.store.command(
      `INSERT INTO otel_spans (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, ServiceName, Duration)
       SELECT addMicroseconds(now64(9), number), '${BIG_TRACE_ID}', hex(number + 1), if(number = 0, '', hex(intDiv(number, 6) + 1)),
         concat('step ', toString(number)), 'shop', 1000000 FROM numbers(10000)`,
    );
    const page = await open(`#/requests?open=${BIG_TRACE_ID}`);
    const lines = page.getByRole("list", { name: "10001 spans" }).locator(".line");
    await expect.poll(() => lines.count()).toBeGreaterThan(10);
    expect(await lines.count()).toBeLessThan(150);
    const body = page.locator(".sheet-body");
    const end = (): Promise<void> =>
      body.evaluate((frame) => frame.querySelector(".waterfall ol")?.scrollIntoView(false));
    await end();
    await expect.poll(() => lines.last().innerText()).toContain("step 7775");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await expect.poll(() => lines.count()).toBeGreaterThan(10);
    await end();
    await expect.poll(() => lines.last().innerText()).toContain("step 7775");
    const heights = await lines.evaluateAll((all) => [
      ...new Set(all.map((one) => one.getBoundingClientRect().height)),
    ]);
    expect(heights).toEqual([48]);
  });
});

describe("sql", () => {
  const field = (page: Page) => page.getByLabel("SQL statement");
  const rows = (page: Page) => page.getByRole("table", { name: "Rows" });
  const linkTo = (sql: string): string => `#/sql?${new URLSearchParams({ sql }).toString()}`;
  const BY_MINUTE = `SELECT toDateTime('2026-11-22 03:00:00') + 60 * number AS time,
    ['a', 'b'][number % 2 + 1] AS route, number AS requests
FROM numbers(40) ORDER BY time`;

  it("runs what is typed, names it in the URL, draws it, and copies it", async () => {
    const page = await open("#/sql");
    await page.getByRole("button", { name: "Who is denied, and by which rule" }).waitFor();
    await field(page).fill("SELECT 7 AS seven, 'x,y' AS text, 1500000 AS took_ns");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => rows(page).innerText()).toMatch(/7\s+x,y\s+1\.50\s*ms/);
    await expect
      .poll(() => page.locator(".sql-result h2").innerText())
      .toMatch(/^1 row in [\d.]+ \S+; 1 read, 1 B$/);
    const copied = () => page.evaluate<string>("navigator.clipboard.readText()");
    await page.getByRole("button", { name: "CSV" }).click();
    await expect.poll(copied).toBe('seven,text,took_ns\r\n7,"x,y",1500000');
    await page.getByRole("button", { name: "JSON" }).click();
    await expect.poll(copied).toContain('"seven": 7');
    const first = hashOf(page);
    await field(page).fill(BY_MINUTE);
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByRole("img", { name: /^Result \(requests\): b / }).waitFor();
    await page.getByRole("button", { name: "Link" }).click();
    await expect.poll(copied).toContain(linkTo(BY_MINUTE));
    await page.goBack();
    await expect.poll(() => hashOf(page)).toBe(first);
    await expect.poll(() => rows(page).innerText()).toContain("x,y");
    await page.getByRole("button", { name: "History" }).click();
    await page.getByTitle(BY_MINUTE).click();
    expect(await field(page).inputValue()).toBe(BY_MINUTE);
  });

  it("shows of many rows those in sight, and of wide ones all by scrolling, on a phone as well", async () => {
    const sql =
      "SELECT number AS n, repeat('w', 50) AS a, repeat('v', 50) AS b FROM numbers(20000)";
    const page = await open(linkTo(sql), 390);
    await page.getByText("the first 10,000 rows").waitFor();
    const drawn = rows(page).locator("tbody tr:not([aria-hidden])");
    expect(await drawn.count()).toBeLessThan(120);
    await page.locator(".virtual").evaluate((frame) => frame.scrollTo(0, frame.scrollHeight));
    await expect.poll(() => drawn.last().innerText()).toMatch(/^9999\s/);
    await rows(page).getByRole("button", { name: "n" }).click();
    await page.locator(".virtual").evaluate((frame) => frame.scrollTo(0, 0));
    await expect.poll(() => drawn.first().innerText()).toMatch(/^9999\s/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it("selects what the store complains of, and can be given up", async () => {
    const page = await open(linkTo("SELECT one\n  two three FROM requests"));
    await page.getByText("Line 2, column 7: selected above.").waitFor();
    const selected = () =>
      field(page).evaluate((area) => {
        const { value, selectionStart, selectionEnd } = area as unknown as HTMLTextAreaElement;
        return value.slice(selectionStart, selectionEnd);
      });
    await expect.poll(selected).toBe("three");
    await field(page).fill("SELECT rout FROM requests");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Line 1, column 8: selected above.").waitFor();
    await expect.poll(selected).toBe("rout");
    const given: string[] = [];
    page.on("requestfailed", (request) => given.push(request.postData() ?? ""));
    await page.route("**/api/v1/sql", () => undefined);
    await field(page).fill("SELECT 1");
    await page.keyboard.press("Control+Enter");
    await page.getByText("The store is reading").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => given).toEqual([JSON.stringify({ sql: "SELECT 1" })]);
    await page.getByRole("button", { name: "Run" }).waitFor();
  });

  it("helps with tables and columns, and gives a statement as the file of a panel", async () => {
    const page = await open("#/sql");
    await page.getByLabel("Find a column").fill("authorize_");
    await field(page).fill(
      "SELECT max() AS longest_ns FROM requests WHERE started_at > now() - INTERVAL 1 HOUR",
    );
    await field(page).evaluate((area) =>
      (area as unknown as HTMLTextAreaElement).setSelectionRange(11, 11),
    );
    await page.getByTitle("UInt64: insert authorize_ns").click();
    await expect.poll(() => field(page).inputValue()).toContain("max(authorize_ns)");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Save as panel" }).click();
    await page.getByLabel("Title").fill("Slowest decision");
    await page.getByText("panels/slowest-decision.sql").waitFor();
    const text = await page.getByLabel("Panel file").innerText();
    const parsed = parsePanel({ name: "slowest-decision", file: "slowest-decision.sql", text });
    expect(parsed).toMatchObject({
      ok: true,
      panel: { title: "Slowest decision", visual: "stat" },
    });
    expect(text).toContain("started_at >= {since:DateTime64(3, 'UTC')} AND started_at <");
  });

  it("says that the store is away, and goes on when it is back", async () => {
    isAway = true;
    const page = await open(linkTo("SELECT 1 AS one"));
    await page.getByText("Could not load the tables.").waitFor();
    await expect.poll(() => page.locator(".sql-fault").innerText()).toContain("ECONNREFUSED");
    isAway = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Insert requests", exact: true }).waitFor();
    await page.getByRole("button", { name: "Run" }).click();
    await rows(page).waitFor();
  });
});
