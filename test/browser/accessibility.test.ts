// Every page with data, in both themes and both widths, by axe-core: nothing that WCAG 2.2 AA forbids and a program finds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPage, startBrowser } from "./support/browser.ts";
import { type Fixture, startFixture } from "./support/fixture-server.ts";
import { TRACE_ID } from "./support/trace.ts";
import { startWatchedWeir, type WatchedWeir } from "./support/watched-weir.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOUR_MS = 3_600_000;

let browser: Browser;
let fixture: Fixture;
let weir: WatchedWeir;

beforeAll(async () => {
  [browser, fixture, weir] = await Promise.all([
    startBrowser(),
    startFixture(),
    startWatchedWeir(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([fixture.close(), weir.close()]);
});

/** Where to go, and what is there once it is whole. */
type Stop = readonly [hash: string, whole: string, act?: (page: Page) => Promise<void>];

async function showOne(page: Page): Promise<void> {
  await page.getByText("No request has ended since").waitFor();
  await expect.poll(() => fixture.watchers()).toBe(1);
  fixture.emit();
}

const CANNED: readonly Stop[] = [
  ["#/overview", ".halves tbody tr"],
  ["#/routes", "tbody tr"],
  ["#/upstreams", "tbody tr"],
  ["#/requests?status_class=5xx", ".requests tbody tr"],
  [`#/requests?status_class=5xx&open=${TRACE_ID}`, ".sheet .waterfall .line"],
  ["#/policy", "tbody tr"],
  ["#/tail", "tbody tr", showOne],
  ["#/routes?palette", "dialog[open] li", (page) => page.keyboard.press("Control+k")],
];

function watched(): readonly Stop[] {
  const [since, until] = [0, HOUR_MS].map((ms) => new Date(weir.sinceMs + ms).toISOString());
  const range = `since=${since}&until=${until}`;
  return [
    [`#/map?${range}`, ".map-node"],
    [`#/boards?${range}`, ".board .uplot"],
    [`#/logs?${range}`, ".log-text"],
    [`#/errors?${range}`, "tbody tr"],
    [`#/security?${range}`, ".board table"],
    ["#/alerts", "tbody tr"],
    ["#/sql", ".schema-table li"],
  ];
}

const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };
const OPTIONS: RunOptions = { resultTypes: ["violations"], preload: false, runOnly: LEVELS };
/** Rules of colour differ by theme, all others by width. */
const LOOKS: readonly (readonly [size: typeof WIDE, theme: "light" | "dark", rules: RunOptions])[] =
  [
    [NARROW, "light", { rules: { "color-contrast": { enabled: false } } }],
    [WIDE, "light", { runOnly: ["color-contrast"] }],
    [WIDE, "dark", {}],
  ];
/** Rows are alike, and looking at a hundred of them takes long. */
const AGAIN = ["tbody tr:nth-child(n+6)", ".schema-table:nth-child(n+3)"];

it.each([
  ["canned answers", () => [fixture.url, CANNED] as const],
  ["a real store", () => [weir.url, watched()] as const],
])("of %s: every page, dark and light, wide and narrow", async (_, of) => {
  const [url, stops] = of();
  const opened = await openPage(browser, url);
  await opened.page.evaluate(AXE);
  const found: string[] = [];
  for (const stop of stops) found.push(...(await faultsAt(opened.page, stop)));
  await opened.close();
  expect(found).toEqual([]);
  expect(opened.complaints).toEqual([]);
});

async function faultsAt(page: Page, [hash, whole, act]: Stop): Promise<string[]> {
  // What the stop before has of the same kind is not what is waited for.
  await page.evaluate(`for (const each of document.querySelectorAll(${JSON.stringify(whole)}))
    each.setAttribute("data-before", "")`);
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await act?.(page);
  await page.locator(`${whole}:not([data-before])`).first().waitFor();
  await expect.poll(() => page.locator(".skeleton").count()).toBe(0);
  const found: string[] = [];
  for (const [size, colorScheme, rules] of LOOKS) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme="${colorScheme}"]`).waitFor();
    const faults = await page.evaluate<string[]>(run({ ...OPTIONS, ...rules }));
    found.push(...faults.map((fault) => `${hash}, ${size.width} px, ${colorScheme}: ${fault}`));
  }
  return found;
}

/** Two frames later what has just changed is laid out and painted. */
function run(options: RunOptions): string {
  const context = JSON.stringify({ exclude: AGAIN.map((each) => [each]) });
  return `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    .then(() => axe.run(${context}, ${JSON.stringify(options)})).then(${String(inWords)})`;
}

function inWords({ violations }: AxeResults): string[] {
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
}
