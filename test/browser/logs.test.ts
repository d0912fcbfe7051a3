// The page Logs in a real browser over a real store: searched, chosen, opened, followed live, and what it shows where there is nothing.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import { adminParts } from "../admin/support/admin-kit.ts";
import { logBatch } from "../store/logs/log-rows.ts";
import { batch, line, startTestStore, type TestStore, timestamp } from "../store/support.ts";
import { expectNarrow, paramsOf, sized, usePages } from "./support/page.ts";

const HOUR_MS = 3_600_000;
const atMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
const WINDOW = `since=${new Date(atMs).toISOString()}&until=${new Date(atMs + HOUR_MS).toISOString()}`;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const LOST = "order 17 was lost by the warehouse";

const openPage = usePages();
let system: TestStore;
let admin: Admin;
let isAway = false;

beforeAll(async () => {
  system = await startTestStore();
  const many = Array.from({ length: 500 }, (_, at) => ({
    atMs: atMs + at * 5000,
    text: `payment ${at} settled`,
    service: "billing",
  }));
  const lost = {
    atMs: atMs + HOUR_MS - 60_000,
    text: LOST,
    level: 17,
    traceId: TRACE,
    attributes: { "order.id": "17", "user.name": "Alice B", "odd key": "x" },
  };
  await system.store.write(logBatch("logs", [...many, lost]));
  const row = line({
    started_at: timestamp(atMs + HOUR_MS - 61_000),
    trace_id: TRACE,
    span_id: "00f067aa0ba902b7",
    method: "GET",
    path: "/orders/17",
    status: 503,
    service: "orders",
    route: "orders",
  });
  await system.store.write(batch("access", [row]));
  admin = await startAdmin(
    adminParts({
      store: () => system.store,
      storeHealth: () => ({
        kind: "embedded",
        state: isAway ? "down" : "ready",
        sinceMs: atMs,
        error: isAway ? "connect ECONNREFUSED" : null,
      }),
      ui: join(import.meta.dirname, "../../dashboards/web/dist"),
    }),
  );
});
afterEach(() => void (isAway = false));
afterAll(async () => {
  await admin.close();
  await system.end();
});

const open = (search: string, width = 1440): Promise<Page> =>
  openPage(`http://127.0.0.1:${admin.address.port}/#/logs?${search}`, sized(width));

function textsOf(page: Page): Promise<string[]> {
  return page.locator(".log-text").allInnerTexts();
}

it("what is typed and chosen is the URL, and the lines and counts by it", async () => {
  const page = await open(WINDOW);
  await expect.poll(() => page.locator(".log-histogram").innerText()).toContain("502 lines");
  await page.keyboard.press("/");
  await page.keyboard.type("17 -settled");
  await page.keyboard.press("Enter");
  await expect.poll(() => textsOf(page)).toEqual([LOST, "GET /orders/17 503"]);
  expect(paramsOf(page).get("q")).toBe("17 -settled");
  const file = page.waitForEvent("download");
  await page.getByRole("combobox", { name: "Export lines" }).selectOption("csv");
  expect((await file).suggestedFilename()).toBe("weir-logs.csv");
  await page.getByText("2 exported").waitFor();
  await page.getByRole("button", { name: "access" }).click();
  await expect.poll(() => textsOf(page)).toEqual(["GET /orders/17 503"]);
  await page.getByRole("button", { name: /^error/ }).click();
  await expect.poll(() => paramsOf(page).get("severity")).toBe("error");
  await expect.poll(() => page.locator(".log-histogram").innerText()).toContain("1 line");
  await page.getByRole("button", { name: /^error/ }).click();
  await page.getByRole("button", { name: /^billing/ }).waitFor({ state: "detached" });
  await page.goBack();
  await expect.poll(() => paramsOf(page).get("severity")).toBe("error");
});

it("a long list draws what is in sight, and older lines come by scrolling", async () => {
  const page = await open(`${WINDOW}&service=billing`);
  const list = page.locator(".line-list");
  await page.getByText("payment 499 settled").waitFor();
  expect(await page.locator(".log-line").count()).toBeLessThan(80);
  // Two pages further; how many come between two looks is the machine's.
  await expect
    .poll(async () => {
      await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      return page.locator(".log-line").last().innerText();
    })
    .toContain("payment 0 settled");
  expect(await page.locator(".log-line").count()).toBeLessThan(80);
  await expect.poll(() => list.innerText()).toContain("That is all there is");
});

it("a line opens by keys, leads to its trace, and its attributes to lines like it", async () => {
  const page = await open(`${WINDOW}&severity=error`);
  await page.getByText(LOST).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Log line" });
  await expect.poll(() => sheet.locator(".log-body").innerText()).toBe(LOST);
  await sheet.getByRole("link", { name: "Alice B" }).click();
  await expect.poll(() => paramsOf(page).get("q")).toBe('user.name="Alice B"');
  await page.goBack();
  expect(await sheet.getByRole("link", { name: "x", exact: true }).count()).toBe(0);
  await sheet.getByRole("link", { name: "Its trace", exact: true }).click();
  const request = page.getByRole("dialog", { name: "Request" });
  await expect.poll(() => request.innerText()).toContain("/orders/17");
  await expect.poll(() => request.locator(".trace-lines").innerText()).toContain(LOST);
  await page.keyboard.press("Escape");
  await expect.poll(() => sheet.count()).toBe(1);
  await page.keyboard.press("Escape");
  await expect.poll(() => sheet.count()).toBe(0);
  // The line after it is the request itself.
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect.poll(() => paramsOf(page).get("open")).toBe(`${TRACE}.00f067aa0ba902b7`);
});

it("patterns say what is new, and lead to their lines", async () => {
  const page = await open(`${WINDOW}&view=patterns`);
  const table = page.getByRole("table", { name: "Patterns" });
  await expect.poll(() => table.locator("tbody tr").count()).toBe(3);
  expect(await table.locator("tbody tr").first().innerText()).toMatch(
    /payment n settled\s+billing/,
  );
  await page.getByRole("button", { name: "new", exact: true }).click();
  await page.getByText("There are no lines in the time before").waitFor();
  await page.getByRole("button", { name: "all", exact: true }).click();
  await table.getByText("was lost by the warehouse").click();
  await expect.poll(() => textsOf(page)).toEqual([LOST]);
  expect(paramsOf(page).get("pattern")).toBe("order <n> was lost by the warehouse");
  await page.getByRole("button", { name: "Remove filter pattern" }).click();
  await expect.poll(() => paramsOf(page).has("pattern")).toBe(false);
});

it("a drag over the bars selects their time", async () => {
  const page = await open(WINDOW);
  const bars = page.getByRole("img", { name: /^Lines over time: 502, the most at/ });
  const { x, y, width, height } = (await bars.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + (width * 3) / 4, y + height / 2);
  await page.mouse.up();
  const chosen = (): number => Date.parse(paramsOf(page).get("since")!) - atMs;
  await expect.poll(chosen).toBeGreaterThan(0.49 * HOUR_MS);
  expect(chosen()).toBeLessThan(0.51 * HOUR_MS);
});

it("new lines come by themselves while it is live, not while it is paused", async () => {
  const page = await open("since=1h");
  const write = (text: string) =>
    system.store.write(logBatch(text, [{ atMs: Date.now(), text, service: "live" }]));
  await page.getByText("No service sent a log line").waitFor();
  await write("first");
  await page.reload();
  await page.getByText("first").waitFor();
  await write("second");
  await expect.poll(() => textsOf(page)).toEqual(["second", "first"]);
  await page.getByRole("button", { name: /^Pause/ }).click();
  await write("third");
  await page.getByRole("button", { name: /^Go on/ }).waitFor();
  expect(await textsOf(page)).toEqual(["second", "first"]);
  await page.getByRole("button", { name: /^Go on/ }).click();
  await expect.poll(() => textsOf(page)).toEqual(["third", "second", "first"]);
});

it("says what is wrong with a search, that nothing matches, and that the store is away", async () => {
  const page = await open(`${WINDOW}&q=%22open`);
  await page.getByText('q: has a " that is not closed').waitFor();
  await page.getByRole("searchbox", { name: "Search log lines" }).fill("nowhere");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Clear the search" }).click();
  await expect.poll(async () => (await textsOf(page)).length).toBeGreaterThan(10);
  isAway = true;
  await page.reload();
  await page.getByText("Could not load log lines.").waitFor();
  await page.getByText("connect ECONNREFUSED").first().waitFor();
});

it("fits a narrow screen", async () => {
  const page = await open(WINDOW, 390);
  await page.getByText(LOST).click();
  await page.getByRole("dialog", { name: "Log line" }).waitFor();
  await expectNarrow(page);
});
