// The heatmap with what is different about a box of it, in a real browser over a real store.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import { adminParts } from "../admin/support/admin-kit.ts";
import { plantedTraffic } from "../store/differences/planted-traffic.ts";
import { startTestStore, type TestStore } from "../store/support.ts";
import { type Opened, openPage, startBrowser } from "./support/browser.ts";

const HOUR_MS = 3_600_000;
const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
const WINDOW = `since=${iso(0)}&until=${iso(HOUR_MS)}`;
/** The slow ones: 900 ms lie in the half octave from 759 ms to 1.07 s. */
const BOX = `${iso(HOUR_MS / 2)}_${iso(HOUR_MS)}_536.870912_1073.741824`;

let browser: Browser;
let system: TestStore;
let admin: Admin;
let opened: Opened;
let isAway = false;

beforeAll(async () => {
  [browser, system] = await Promise.all([startBrowser(), startTestStore()]);
  await system.store.write(plantedTraffic(sinceMs));
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
afterEach(async () => {
  isAway = false;
  await opened.close();
  expect(opened.complaints).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await admin.close();
  await system.end();
});

function iso(ms: number): string {
  return new Date(sinceMs + ms).toISOString();
}

async function open(place: string, width = 1440): Promise<Page> {
  const url = `http://127.0.0.1:${admin.address.port}/#/${place}`;
  opened = await openPage(browser, url, { viewport: { width, height: 900 } });
  return opened.page;
}

function hashOf(page: Page): URLSearchParams {
  return new URL(new URL(page.url()).hash.slice(2), "http://x").searchParams;
}

async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

describe("what is different about a box of the heatmap", () => {
  it("is asked by dragging one; the link has it, and Back takes it away", async () => {
    const page = await open(`requests?${WINDOW}`);
    const heat = page.locator("svg.heat-cells");
    const { x, y, width, height } = (await heat.boundingBox())!;
    // From before the slow ones begin, at the top, to the end of the window.
    await page.mouse.move(x + width * 0.45, y + 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + height * 0.1, { steps: 3 });
    await page.mouse.up();
    const table = page.getByRole("table", { name: "Differences" });
    await expect.poll(() => table.locator("tbody tr").count()).toBeGreaterThan(3);
    await expect
      .poll(() => page.getByText("What is different about these 50 requests").count())
      .toBe(1);
    expect(hashOf(page).get("box")).not.toBeNull();
    await page.goBack();
    await expect.poll(() => table.count()).toBe(0);
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
    expect(Object.fromEntries(hashOf(page))).toMatchObject({
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
    await expect.poll(() => hashOf(page).has("box")).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(() => hashOf(page).has("box")).toBe(false);
  });

  it("says what is missing: nobody in the box, no others, no store; and fits a phone", async () => {
    const early = BOX.replace(iso(HOUR_MS), iso(HOUR_MS / 2 + 1));
    const page = await open(`requests?${WINDOW}&box=${early}`, 390);
    await expect.poll(() => page.getByText("No request is in the box.").count()).toBe(1);
    await expect.poll(() => overflowOf(page)).toBe(0);
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
