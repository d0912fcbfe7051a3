// Boards in a real browser over a real store: every board drawn, its doors, and what a faulty file or a lost store shows.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import { adminParts } from "../admin/support/admin-kit.ts";
import { knownTraffic } from "../store/panels/known-traffic.ts";
import { startTestStore, type TestStore } from "../store/support.ts";
import { expectNarrow, paramsOf, sized, usePages } from "./support/page.ts";

const HOUR_MS = 3_600_000;
const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
const WINDOW = `since=${new Date(sinceMs).toISOString()}&until=${new Date(sinceMs + HOUR_MS).toISOString()}`;
const folder = mkdtempSync(join(tmpdir(), "weir-boards-"));

const PANEL =
  "-- title: Mine\n-- question: Q?\n-- visual: table\n-- column n: count\nSELECT 7 AS n\n";
const FILES: Readonly<Record<string, string>> = {
  "panels/mine.sql": PANEL,
  "panels/bad.sql": PANEL.replace("table", "cake"),
  "panels/failing.sql": PANEL.replace("SELECT 7", "SELECT\n    nowhere"),
  "boards/mine.yaml":
    "title: Mine\nquestion: Q?\nrows:\n  - [{ panel: mine }, { panel: bad }, { panel: failing }]\n",
};

const openPage = usePages();
let system: TestStore;
let admin: Admin;
let isAway = false;

beforeAll(async () => {
  for (const kind of ["panels", "boards"]) mkdirSync(join(folder, kind));
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(folder, path), text);
  system = await startTestStore();
  await system.store.write(knownTraffic(sinceMs));
  const dashboards = loadDashboards(folder);
  admin = await startAdmin(
    adminParts({
      dashboards: () => dashboards,
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
  rmSync(folder, { recursive: true });
});

const open = (search: string, width = 1440): Promise<Page> =>
  openPage(`http://127.0.0.1:${admin.address.port}/#/boards?${search}`, sized(width));

describe("boards", () => {
  it.each([
    ["overview", 7],
    ["traffic", 6],
    ["latency", 5],
    ["errors", 6],
    ["balancing", 6],
    ["security", 9],
    ["policy", 4],
    ["weir", 3],
  ])("%s: all of its %i panels are drawn, on a narrow screen as well", async (name, panels) => {
    const page = await open(`board=${name}&${WINDOW}`);
    const cells = page.locator(".board .cell");
    await expect.poll(() => cells.count()).toBe(panels);
    const drawn = page.locator(".cell:has(table, .uplot, svg.heat-cells, .figures, .empty)");
    await expect.poll(() => drawn.count()).toBe(panels);
    expect(await page.locator(".failure").count()).toBe(0);
    await expectNarrow(page);
  });

  it("opens with the range of its file, and is told by the rail, the tabs and the URL", async () => {
    const page = await open("");
    await expect.poll(() => paramsOf(page).get("since")).toBe("1h");
    const tabs = page.getByRole("navigation", { name: "Boards" });
    await tabs.getByRole("link", { name: "Security" }).click();
    await expect.poll(() => paramsOf(page).get("board")).toBe("security");
    await expect
      .poll(() => page.getByText("Who was refused, who is new", { exact: false }).count())
      .toBe(1);
    await expect
      .poll(() =>
        page.getByRole("navigation", { name: "Pages" }).locator("[aria-current]").innerText(),
      )
      .toBe("Boards");
  });
});

describe("doors", () => {
  it("a figure of a table leads to as many requests, and says by which filters", async () => {
    const page = await open(`board=security&${WINDOW}`);
    const row = page
      .getByRole("table", { name: "Failed logins" })
      .locator("tbody tr")
      .filter({ hasText: "invalid_key" });
    await row.getByRole("link", { name: "4" }).click();
    await expect
      .poll(() => Object.fromEntries(paramsOf(page)))
      .toMatchObject({
        auth_outcome: "invalid_key",
        client_address: "198.51.100.7",
        kind: "request",
      });
    await expect
      .poll(() => page.getByRole("table", { name: "Requests" }).locator("tbody tr").count())
      .toBe(4);
    await page.goBack();
    await expect.poll(() => page.locator(".board").count()).toBe(1);
  });

  it("a cell of the heatmap leads to its requests", async () => {
    const page = await open(`board=latency&${WINDOW}`);
    // Of as many requests there is no other cell.
    const cell = page.locator("svg.heat-cells path").first();
    await cell.hover();
    await expect
      .poll(() => page.locator(".heat figcaption").innerText())
      .toMatch(/: 6 requests of 8\.39 ms to 11\.9 ms$/);
    await cell.click();
    await expect
      .poll(() => page.getByRole("table", { name: "Requests" }).locator("tbody tr").count())
      .toBe(6);
    expect(paramsOf(page).get("min_duration_ms")).toBe("8.388608");
  });

  it("a name in a legend leads to its line's requests, and a figure to what it counts", async () => {
    const page = await open(`board=overview&${WINDOW}`);
    await page.getByRole("link", { name: "4xx" }).click();
    await expect.poll(() => paramsOf(page).get("status_class")).toBe("4xx");
    await page.goBack();
    await page.getByTitle("Requests behind Denied").click();
    await expect.poll(() => paramsOf(page).get("decision")).toBe("deny");
  });

  it("a variable narrows the panels that take it, and says which do not", async () => {
    const page = await open(`board=latency&${WINDOW}`);
    const field = page.getByLabel("route");
    await field.fill("admin");
    await field.press("Enter");
    await expect.poll(() => paramsOf(page).get("route")).toBe("admin");
    const slowest = page.getByRole("table", { name: "Slowest requests" }).locator("tbody tr");
    await expect.poll(() => slowest.count()).toBe(3);
  });
});

describe("states", () => {
  it("a faulty panel says its line, and the others are drawn", async () => {
    const page = await open(`board=mine&${WINDOW}`);
    const alerts = page.getByRole("alert");
    await expect
      .poll(async () => (await alerts.allInnerTexts()).join("\n"))
      .toMatch(/bad\.sql:3: visual: must be one of[^]*failing\.sql:6: query: Unknown.*nowhere/);
    await expect.poll(() => page.getByRole("table", { name: "Mine" }).innerText()).toContain("7");
    await page.getByText("things are wrong with files").click();
    await expect.poll(() => page.locator(".faulty li").count()).toBe(2);
  });

  it("nothing in the window, and no store: each panel says so", async () => {
    const page = await open("board=weir&since=2001-01-01T00:00:00Z&until=2001-01-02T00:00:00Z");
    await expect.poll(() => page.getByText("Nothing in this range.").count()).toBe(3);
    isAway = true;
    await page.reload();
    await expect
      .poll(async () => (await page.locator(".cell .failure").allInnerTexts()).join("\n"))
      .toMatch(/Could not load instances\.\s+connect ECONNREFUSED/);
  });
});
