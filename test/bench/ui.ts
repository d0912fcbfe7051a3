// `npm run bench:ui`: the UI in Chromium over the real demo: what a first load takes, how a trace of many spans opens and
// scrolls, what the live overview keeps in memory. Options: --spans N, --write (adds to UI.md), --minutes N (only how much
// memory it keeps while it is open so long). Needs `npm run build:ui`.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { startBrowser } from "../browser/support/browser.ts";
import { printed, spawnWeir, watchWeir } from "../support/weir-process.ts";
import { sendBigTrace } from "./ui/big-trace.ts";
import {
  type Kept,
  type Loaded,
  loadOverview,
  openAndScroll,
  refreshOften,
  stayOpen,
} from "./ui/measures.ts";

const { values } = parseArgs({
  options: {
    spans: { type: "string", default: "10000" },
    write: { type: "boolean", default: false },
    minutes: { type: "string", default: "0" },
  },
});
const SPANS = Number(values.spans);
const LOADS = 5;
const REFRESHES = [10, 30, 50];
const ROWS_FIRST = 1000;
const LOOK_MINUTES = 5;
const DIST = join(import.meta.dirname, "../../dashboards/web/dist");
const SIZE = { viewport: { width: 1440, height: 900 } };

const folder = mkdtempSync(join(tmpdir(), "weir-bench-ui-"));
const browser = await startBrowser();
const addresses = ["listen", "admin-listen", "collector-listen"].flatMap((name) => [
  `--${name}`,
  "127.0.0.1:0",
]);
const spawned = spawnWeir(["demo", ...addresses, "--data", join(folder, "data")]);
const weir = await watchWeir(spawned);
const collector = await printed(spawned, /OTLP collector +(\S+)/);
try {
  await weir.until(({ spool }) => spool.stored_rows > ROWS_FIRST);
  const minutes = Number(values.minutes);
  report(minutes > 0 ? await openLong(minutes) : await openOften());
} finally {
  await browser.close();
  await weir.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function openOften(): Promise<string[]> {
  const loads: Loaded[] = [];
  for (let at = 0; at < LOADS; at++) {
    // A context of its own has an empty cache.
    const context = await browser.newContext(SIZE);
    loads.push(await loadOverview(await context.newPage(), weir.admin));
    await context.close();
  }
  const traceId = await sendBigTrace(weir, collector, SPANS);
  const page = await browser.newPage(SIZE);
  await page.goto(`${weir.admin}/#/requests?since=15m`);
  await page.locator("tbody tr").first().waitFor();
  const opened = await openAndScroll(page, traceId, SPANS);
  const kept = await refreshOften(page, weir.admin, REFRESHES);
  return [
    `- first load: ${kilobytes(compressedBytes())} kB compressed (line: 350); first paint ${median(loads, "paintMs")} ms, figures drawn ${median(loads, "usableMs")} ms (line: 1,500), medians of ${LOADS} with an empty cache`,
    `- a trace of ${SPANS} spans: open in ${Math.round(opened.openMs)} ms with the store's and the server's part, ${Math.round(opened.openWorkMs)} ms of processor time in the page; ${opened.lines} lines drawn of them`,
    `- scrolling through it: ${opened.workMs.toFixed(1)} ms of processor time in the page a frame; frames ${opened.medianFrameMs.toFixed(1)} ms in the middle, ${opened.longestFrameMs.toFixed(1)} ms at most`,
    ...kept.map((each, at) => line(each, `after ${REFRESHES[at] ?? 0} refreshes`)),
  ];
}

async function openLong(minutes: number): Promise<string[]> {
  const page = await browser.newPage(SIZE);
  const times = Math.ceil(minutes / LOOK_MINUTES);
  const kept = await stayOpen(page, weir.admin, { everyMs: LOOK_MINUTES * 60_000, times });
  return kept.map((each, at) => line(each, `open for ${(at + 1) * LOOK_MINUTES} minutes`));
}

function line({ heapBytes, objects, nodes, listeners }: Kept, when: string): string {
  return `- the live overview ${when}: heap ${kilobytes(heapBytes)} kB, ${objects} objects, ${nodes} nodes, ${listeners} listeners`;
}

function median(loads: readonly Loaded[], key: keyof Loaded): number {
  const sorted = loads.map((load) => load[key]).toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? NaN);
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1000);
}

/** Page, script and styles, as a server that compresses would send them. */
function compressedBytes(): number {
  const page = readFileSync(join(DIST, "index.html"), "utf8");
  const assets = [...page.matchAll(/assets\/[\w.-]+/g)].map(([name]) => name);
  return ["index.html", ...assets]
    .map((name) => gzipSync(readFileSync(join(DIST, name))).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

function report(lines: readonly string[]): void {
  const day = new Date().toISOString().slice(0, 10);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const title = `## ${day}, ${cpus().length} cores, ${cpus()[0]?.model ?? ""}, load ${load}`;
  const text = [title, "", ...lines, ""].join("\n");
  console.log(text);
  if (values.write) appendFileSync(join(import.meta.dirname, "UI.md"), `\n${text}`);
}
