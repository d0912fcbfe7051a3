// The heatmap with what is different about a box of it, and the service map, in a real browser over a real store.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import { adminParts } from "../admin/support/admin-kit.ts";
import { plantedTraffic } from "../store/differences/planted-traffic.ts";
import { knownTraffic } from "../store/panels/known-traffic.ts";
import { calledRow, knownSpans } from "../store/service-map/known-spans.ts";
import { batch, line, startTestStore, type TestStore } from "../store/support.ts";
import { expectNarrow, paramsOf, sized, usePages } from "./support/page.ts";

const HOUR_MS = 3_600_000;
const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
/** The map's hour is the one before. */
const MAP_WINDOW = `since=${iso(-HOUR_MS)}&until=${iso(0)}`;
const WINDOW = `since=${iso(0)}&until=${iso(HOUR_MS)}`;
/** The slow ones: 900 ms lie in the half octave from 759 ms to 1.07 s. */
const BOX = `${iso(HOUR_MS / 2)}_${iso(HOUR_MS)}_536.870912_1073.741824`;

const openPage = usePages();
let system: TestStore;
let admin: Admin;
let isAway = false;

beforeAll(async () => {
  system = await startTestStore();
  await system.store.write(plantedTraffic(sinceMs));
  await system.store.write(knownTraffic(sinceMs - HOUR_MS));
  await system.store.write(batch("called", [line(calledRow(sinceMs - HOUR_MS))]));
  await system.store.command(knownSpans(sinceMs - HOUR_MS));
  admin = await startAdmin(
    adminParts({
      store: () => system.store,
      storeHealth: () => ({
        kind: "embedded",
        state: isAway ? "down" : "ready",
        sinceMs,
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

function iso(ms: number): string {
  return new Date(sinceMs + ms).toISOString();
}

const open = (place: string, width = 1440): Promise<Page> =>
  openPage(`http://127.0.0.1:${admin.address.port}/#/${place}`, sized(width));

/** From before the slow ones begin, at the top, to the end of the window. */
async function dragOverSlow(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator("svg.heat-cells").boundingBox())!;
  await page.mouse.move(x + width * 0.45, y + 1);
  await page.mouse.down();
  await page.mouse.move(x + width - 2, y + height * 0.1, { steps: 3 });
  await page.mouse.up();
}

describe("what is different about a box of the heatmap", () => {
  it("is asked by dragging one; the link has it, and Back takes it away", async () => {
    const page = await open(`requests?${WINDOW}`);
    // What comes above moves it.
    await expect.poll(() => page.locator(".banner").count()).toBe(1);
    await dragOverSlow(page);
    const table = page.getByRole("table", { name: "Differences" });
    await expect.poll(() => table.locator("tbody tr").count()).toBeGreaterThan(3);
    await expect
      .poll(() => page.getByText("What is different about these 50 requests").count())
      .toBe(1);
    expect(paramsOf(page).get("box")).not.toBeNull();
    await page.goBack();
    await expect.poll(() => table.count()).toBe(0);
  });

  it("is asked on the overview, too, and Back returns there", async () => {
    const page = await open(`overview?${WINDOW}`);
    // All that stands above it is there, and so it stays where it is.
    await expect.poll(() => page.locator(".banner").count()).toBe(1);
    await expect.poll(() => page.locator(".u-over").count()).toBe(3);
    await page.locator("svg.heat-cells").scrollIntoViewIfNeeded();
    await dragOverSlow(page);
    await expect
      .poll(() => page.getByText("What is different about these 50 requests").count())
      .toBe(1);
    expect(Object.fromEntries(paramsOf(page))).toMatchObject({ kind: "request", since: iso(0) });
    await page.goBack();
    await expect.poll(() => page.locator(".figures").count()).toBe(1);
  });

  it("names the cause with both shares, each a door to those requests of the box", async () => {
    const page = await open(`requests?${WINDOW}&box=${BOX}`);
    const table = page.getByRole("table", { name: "Differences" });
    const caller = table.locator("tbody tr").filter({ hasText: "caller-7" });
    await expect
      .poll(async () => (await caller.innerText()).split(/\s+/).join(" "))
      .toBe("caller caller-7 100% 8.5%");
    await caller.getByRole("link").click();
    const rows = page.getByRole("table", { name: "Requests" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(50);
    expect(Object.fromEntries(paramsOf(page))).toMatchObject({
      principal: "caller-7",
      min_duration_ms: "536.870912",
      since: iso(HOUR_MS / 2),
    });
  });

  it("is asked by the keyboard alone, and closed again", async () => {
    const page = await open(`requests?${WINDOW}`);
    await page.locator("svg.heat-cells").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowUp");
    await page.keyboard.press("Shift+ArrowLeft");
    const said = page.locator(".heat figcaption");
    await expect.poll(() => said.innerText()).toMatch(/ to .*: \d+ requests of /);
    await page.keyboard.press("Enter");
    await expect.poll(() => paramsOf(page).has("box")).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(() => paramsOf(page).has("box")).toBe(false);
  });

  it("says what is missing: nobody in the box, no others, no store; and fits a phone", async () => {
    const early = BOX.replace(iso(HOUR_MS), iso(HOUR_MS / 2 + 1));
    const page = await open(`requests?${WINDOW}&box=${early}`, 390);
    await expect.poll(() => page.getByText("No request is in the box.").count()).toBe(1);
    await expectNarrow(page);
    const all = `${iso(0)}_${iso(HOUR_MS)}_0_5000`;
    await page.goto(page.url().replace(/box=[^&]*/, `box=${all}`));
    await expect.poll(() => page.getByText("there are no others to compare").count()).toBe(1);
    isAway = true;
    await page.reload();
    await expect
      .poll(async () => (await page.locator(".failure").allInnerTexts()).join("\n"))
      .toMatch(/Could not load what is different about these\.\s+connect ECONNREFUSED/);
  });
});

describe("the map", () => {
  const nodeOf = (page: Page, name: string) => page.locator(".map-node").filter({ hasText: name });

  it("shows who calls what with figures; a place and a pair lead to as many requests", async () => {
    const page = await open(`map?${MAP_WINDOW}`);
    await expect.poll(() => page.locator(".map-node").count()).toBe(12);
    await expect.poll(() => page.locator(".map-edge").count()).toBe(11);
    await expect
      .poll(() => nodeOf(page, "mallory").getAttribute("title"))
      .toBe("mallory: 0.0500 /min, 0 % errors, 100 % denied, p95 1.00 ms");
    await nodeOf(page, "mallory").click();
    const rows = page.getByRole("table", { name: "Requests" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(3);
    expect(paramsOf(page).get("principal")).toBe("mallory");
    await page.goBack();
    const calls = page.getByRole("table", { name: "Calls" }).locator("tbody tr");
    await calls.filter({ hasText: "caller alice" }).click();
    await expect.poll(() => rows.count()).toBe(8 + 1);
    expect(paramsOf(page).get("route")).toBe("orders");
  });

  it("is walked with the arrow keys, and Tab reaches one place of it", async () => {
    const page = await open(`map?${MAP_WINDOW}`);
    const reached = page.locator('.map-node[tabindex="0"]');
    await expect.poll(() => reached.count()).toBe(1);
    await reached.focus();
    await page.keyboard.press("ArrowRight");
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute("data-node") ?? null);
    await expect.poll(focused).toMatch(/^route\/shop\//);
    await page.keyboard.press("ArrowRight");
    await expect.poll(focused).toBe("service//shop");
    await expect.poll(() => page.locator(".map-edges .is-of").count()).toBe(4);
    await page.keyboard.press("Enter");
    await expect.poll(() => paramsOf(page).get("service")).toBe("shop");
  });

  it("is shown again step by step, and everybody stays where they are", async () => {
    const page = await open(`map?${MAP_WINDOW}`);
    const mallory = nodeOf(page, "mallory");
    const spot = (): Promise<readonly number[]> =>
      mallory.evaluate((node) => [
        (node as HTMLElement).offsetLeft,
        (node as HTMLElement).offsetTop,
      ]);
    const before = await spot();
    const slider = page.getByLabel("Time to show");
    await slider.focus();
    await page.keyboard.press("Home");
    await expect.poll(() => paramsOf(page).get("at")).toBe(iso(-HOUR_MS));
    // The first two and a half minutes have no denial yet, and no failure.
    await expect.poll(() => mallory.getAttribute("class")).toContain("is-quiet");
    expect(await spot()).toEqual(before);
    await expect
      .poll(() => slider.getAttribute("aria-valuetext"))
      .toMatch(/^\d\d:00:00 to \d\d:02:30$/);
    await expect
      .poll(() => nodeOf(page, "alice").getAttribute("href"))
      .toContain(new URLSearchParams({ until: iso(-HOUR_MS + 150_000) }).toString());
    await page.keyboard.press("End");
    await expect.poll(() => paramsOf(page).has("at")).toBe(false);
    await expect.poll(() => mallory.getAttribute("class")).not.toContain("is-quiet");
  });

  it("says that nobody called, and that the store is gone; and fits a phone", async () => {
    const page = await open(`map?${MAP_WINDOW}`, 390);
    await expect.poll(() => page.locator(".map-node").count()).toBe(12);
    await expectNarrow(page);
    await page.goto(page.url().replace(/\?.*/, "?since=2001-01-01&until=2001-01-02&route=admin"));
    await expect.poll(() => page.getByText("Nobody called in this range.").count()).toBe(1);
    isAway = true;
    await page.reload();
    await expect
      .poll(async () => (await page.locator(".failure").allInnerTexts()).join("\n"))
      .toMatch(/Could not load the map\.\s+connect ECONNREFUSED/);
  });
});
