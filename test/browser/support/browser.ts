// Starts Chromium and opens pages of the UI, collecting what the console says.
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/**
 * A list of ours takes the place of playwright's, so those of it that matter here are in it: what would ask the network,
 * and what would make a page differ. The WebUI ones are Chromium's own: for each window it would load hundreds of
 * modules of its address bar, which takes as long as our page does.
 */
const WITHOUT_FEATURES = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
  "AimEnabled",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "DialMediaRouteProvider",
  "GlobalMediaControls",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
  "Translate",
];

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    // Tells only what hangs.
    timeout: 120_000,
    args: ["--no-sandbox", `--disable-features=${WITHOUT_FEATURES.join(",")}`],
  });
}

export interface Opened {
  readonly page: Page;
  /** Errors of the console and of scripts, without those of failed loads. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  // Tells only what hangs.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.startsWith("Failed to load resource"))
      complaints.push(text);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}
