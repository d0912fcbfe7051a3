// What is measured in the page itself: when it can be used, how a trace opens and scrolls, what stays in memory.
import type { CDPSession, Page } from "playwright-core";
import { liveObjects } from "../../browser/support/live-objects.ts";

export interface Loaded {
  readonly paintMs: number;
  /** Figures are drawn and the next frame has come. */
  readonly usableMs: number;
}

/** From the page's own beginning; a page that was never there before. */
export async function loadOverview(page: Page, url: string): Promise<Loaded> {
  await page.goto(`${url}/#/overview?since=15m`);
  // Not by selectors that are handed over: what holds an element keeps the page it was on.
  await page.locator(".verdict").waitFor();
  await page.locator(".uplot canvas").first().waitFor();
  return page.evaluate<Loaded>(`new Promise((done) => requestAnimationFrame(() => done({
    paintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
    usableMs: performance.now(),
  })))`);
}

export interface Opened {
  readonly openMs: number;
  /** Of it, processor time of the page's thread. */
  readonly openWorkMs: number;
  readonly lines: number;
  readonly medianFrameMs: number;
  readonly longestFrameMs: number;
  /** Processor time of the page's thread, by frame. */
  readonly workMs: number;
}

const FRAMES = 300;
const STEP_PX = 400;

/** Opens the trace over the request list, then scrolls it from its first span to its last and on. */
export async function openAndScroll(page: Page, traceId: string, spans: number): Promise<Opened> {
  const session = await page.context().newCDPSession(page);
  // Else what others hold up counts as the page's work.
  await session.send("Performance.setTimeDomain", { timeDomain: "threadTicks" });
  const idle = await taskSeconds(session);
  const openMs = await page.evaluate<number>(`(async () => {
    const begun = performance.now();
    location.hash = "#/requests?since=15m&open=${traceId}";
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const isThere = () => parseInt(document.querySelector(".waterfall ol")?.ariaLabel ?? "0") >= ${spans};
    while (!isThere()) await frame();
    await frame();
    return performance.now() - begun;
  })()`);
  const before = await taskSeconds(session);
  const frames = await page.evaluate<number[]>(`(async () => {
    const scroller = document.querySelector(".sheet-body");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const times = [];
    let last = await frame();
    for (let at = 0; at < ${FRAMES}; at++) {
      scroller.scrollTop = (at * ${STEP_PX}) % (scroller.scrollHeight - scroller.clientHeight);
      const now = await frame();
      times.push(now - last);
      last = now;
    }
    return times;
  })()`);
  const after = await taskSeconds(session);
  const sorted = frames.toSorted((a, b) => a - b);
  return {
    openMs,
    openWorkMs: (before - idle) * 1000,
    lines: await page.locator(".waterfall .line").count(),
    medianFrameMs: sorted[FRAMES / 2] ?? NaN,
    longestFrameMs: sorted.at(-1) ?? NaN,
    workMs: ((after - before) * 1000) / FRAMES,
  };
}

async function taskSeconds(session: CDPSession): Promise<number> {
  return (await metrics(session))["TaskDuration"] ?? NaN;
}

async function metrics(session: CDPSession): Promise<Readonly<Record<string, number>>> {
  await session.send("Performance.enable");
  const { metrics: all } = await session.send("Performance.getMetrics");
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

export interface Kept {
  /** With the code that the engine makes of scripts the longer they run. */
  readonly heapBytes: number;
  /** Of scripts, and functions. */
  readonly objects: number;
  readonly nodes: number;
  readonly listeners: number;
}

/** After garbage is collected, so many refreshes of the live overview apart. */
export async function refreshOften(
  page: Page,
  url: string,
  refreshes: readonly number[],
): Promise<Kept[]> {
  const session = await page.context().newCDPSession(page);
  await loadOverview(page, url);
  const kept: Kept[] = [];
  let done = 0;
  for (const wanted of refreshes) {
    for (; done < wanted; done++) await refresh(page);
    kept.push(await keptBy(session));
  }
  return kept;
}

const PAGES_OF_A_ROUND = ["requests", "logs", "map", "alerts", "tail", "overview"];
const ON_A_PAGE_MS = 20_000;

/** The live overview, left for other pages for two minutes between looks `everyMs` apart; `times` looks. */
export async function stayOpen(
  page: Page,
  url: string,
  { everyMs, times }: { readonly everyMs: number; readonly times: number },
): Promise<Kept[]> {
  const session = await page.context().newCDPSession(page);
  await loadOverview(page, url);
  const kept: Kept[] = [];
  for (let at = 0; at < times; at++) {
    const looksAt = performance.now() + everyMs;
    for (const name of PAGES_OF_A_ROUND) {
      await page.evaluate(`location.hash = "#/${name}?since=15m"`);
      await page.waitForTimeout(ON_A_PAGE_MS);
    }
    await page.waitForTimeout(Math.max(0, looksAt - performance.now()));
    kept.push(await keptBy(session));
  }
  return kept;
}

async function keptBy(session: CDPSession): Promise<Kept> {
  const objects = await liveObjects(session);
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { Nodes: nodes = NaN, JSEventListeners: listeners = NaN } = await metrics(session);
  return { heapBytes: usedSize, objects, nodes, listeners };
}

/** Going on after a pause asks at once. */
async function refresh(page: Page): Promise<void> {
  await page.locator(".live").click();
  const answered = page.waitForResponse((response) => response.url().includes("/query/summary"));
  await page.locator(".live").click();
  await (await answered).finished();
}
