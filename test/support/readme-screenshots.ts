// The pictures of README.md, taken of the real demo: `npm run screenshots` writes them. Needs `npm run build:ui`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { startBrowser } from "../browser/support/browser.ts";
import { spawnWeir, watchWeir } from "./weir-process.ts";

const FOLDER = join(import.meta.dirname, "../../dashboards");
/** Of the time that the pictures show. */
const ROWS_FIRST = 5000;

/** A request that was passed on to a service which asked another one. */
const CALLING = `SELECT trace_id, span_id FROM requests
  WHERE method = 'POST' AND route = 'orders' AND status < 400 AND length(candidates) > 1
    AND trace_id IN (SELECT trace_id FROM requests WHERE route = 'payments')
    AND started_at < now() - INTERVAL 20 SECOND
  ORDER BY started_at DESC LIMIT 1`;

const folder = mkdtempSync(join(tmpdir(), "weir-pictures-"));
const addresses = ["listen", "admin-listen", "collector-listen"].flatMap((name) => [
  `--${name}`,
  "127.0.0.1:0",
]);
const weir = await watchWeir(spawnWeir(["demo", ...addresses, "--data", join(folder, "data")]));
const browser = await startBrowser();
try {
  await weir.until(({ spool }) => spool.stored_rows > ROWS_FIRST);
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  page.setDefaultTimeout(120_000);
  await page.goto(`${weir.admin}/#/overview?since=2m`);
  await page.waitForSelector(".halves .table tbody tr");
  await keep(page, "overview");
  const [called] = await weir.sql(CALLING);
  const open = `${String(called?.["trace_id"])}.${String(called?.["span_id"])}`;
  await page.goto(`${weir.admin}/#/requests?since=2m&open=${open}`);
  await page.locator(".waterfall .line").nth(5).waitFor();
  await keep(page, "trace");
  await page.goto(`${weir.admin}/#/requests?since=2m`);
  await dragOverSlow(page);
  await page.getByRole("table", { name: "Differences" }).locator("tbody tr").first().waitFor();
  await keep(page, "differences");
} finally {
  await browser.close();
  await weir.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function keep(page: Page, name: string): Promise<void> {
  // For what comes last: charts are drawn after their figures.
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** The upper third of the heatmap, over all its time. */
async function dragOverSlow(page: Page): Promise<void> {
  const heat = page.locator("svg.heat-cells");
  await heat.waitFor();
  const { x = 0, y = 0, width = 0, height = 0 } = (await heat.boundingBox()) ?? {};
  await page.mouse.move(x + 2, y + 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 2, y + height / 3, { steps: 4 });
  await page.mouse.up();
}
