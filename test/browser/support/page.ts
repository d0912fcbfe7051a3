// One page a test, and what tests ask of it: where it is, what it says, whether a phone has room for it.
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Opened, openPage, startBrowser } from "./browser.ts";

export type OpenPage = (url: string, options?: BrowserContextOptions) => Promise<Page>;

/** Once a file: a test's pages are closed after it, and must have had nothing to complain of. */
export function usePages(): OpenPage {
  const opened: Opened[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(async () => {
    const all = opened.splice(0);
    for (const { close } of all) await close();
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
  afterAll(() => browser.close());
  return async (url, options) => {
    const one = await openPage(browser, url, options);
    opened.push(one);
    return one.page;
  };
}

export function sized(width: number): BrowserContextOptions {
  return { viewport: { width, height: 900 } };
}

export function hashOf(page: Page): string {
  return new URL(page.url()).hash;
}

export function paramsOf(page: Page): URLSearchParams {
  return new URL(hashOf(page).slice(1), "http://x").searchParams;
}

/** What it says, without how it is laid out. */
export async function words(place: Locator): Promise<string> {
  return (await place.innerText()).replace(/\s+/g, " ");
}

export async function expectNarrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = (): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overflow).toBe(0);
}
