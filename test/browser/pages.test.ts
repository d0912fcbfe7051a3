// Each page in a real browser: its figures, its doors, its URL, its keys.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./support/fixture-server.ts";
import { STORED } from "./support/protected.ts";
import { requestRows } from "./support/request-rows.ts";
import { PAYMENT_SPAN, ROOT_SPAN, TRACE_ID } from "./support/trace.ts";
import { hashOf, usePages, words } from "./support/page.ts";

const openPage = usePages();
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

const open = (hash: string): Promise<Page> => openPage(fixture.url + hash);

describe("overview", () => {
  it("answers first, and every name in the answer is a door", async () => {
    const page = await open("#/overview?since=1h");
    const verdict = page.locator(".verdict");
    await expect
      .poll(() => verdict.textContent())
      .toMatch(
        /^2\.2 % of requests fail, up from 0\.2 %, since (?:\d+ \w+ )?\d\d:\d\d\. 91\.4 % of them on orders from 127\.0\.0\.1:4003: upstream_reset, mostly for shop-frontend\.$/,
      );
    await verdict.getByRole("link", { name: /upstream_reset/ }).click();
    await expect
      .poll(() => hashOf(page))
      .toBe(
        `#/requests?${new URLSearchParams({ since: "1h", route: "orders", status: "502", upstream: "http://127.0.0.1:4003" }).toString()}`,
      );
  });

  it("shows the figures with their change, and the panels", async () => {
    const page = await open("#/overview?since=1h");
    const figure = (label: string): Promise<string | null> =>
      page.getByTitle(`Requests behind ${label}`).textContent();
    await expect.poll(() => figure("Errors")).toBe("Errors2.2%10.9× before");
    await expect.poll(() => figure("Requests")).toBe("Requests61.6/sas before");
    await expect.poll(() => figure("p99")).toBe("p99291ms+94 %");
    await expect.poll(() => page.getByRole("table").count()).toBe(4);
    await expect
      .poll(() => page.getByRole("table", { name: "Denials" }).innerText())
      .toContain("policies/policy.csv:14");
    await expect
      .poll(() => page.getByRole("img", { name: /^Latency: p50 [\d.]+ ms, p95/ }).count())
      .toBe(1);
  });

  it("asks for the heatmap once what is read first is there", async () => {
    const page = await open("#/overview");
    await page.getByRole("application", { name: /^Latency: / }).waitFor();
    const names = fixture.asked.map((path) => /query\/([\w-]+)/.exec(path)?.[1]);
    expect(names.indexOf("latency-heatmap")).toBeGreaterThan(names.indexOf("overview"));
  });

  it("leads to what is behind a row by Tab and Enter, too", async () => {
    const page = await open("#/overview?since=1h");
    const row = page.getByRole("table", { name: "Errors" }).locator("tbody tr").first();
    await row.waitFor();
    await page.getByRole("table", { name: "Errors" }).getByRole("button").last().focus();
    await page.keyboard.press("Tab");
    await expect.poll(() => row.evaluate((e) => e.matches(":focus"))).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => hashOf(page)).toMatch(/^#\/requests\?since=1h&route=orders&status=/);
  });

  it("a drag over a chart selects its time, and Back returns", async () => {
    const page = await open("#/overview?since=1h");
    const plot = page.locator(".u-over").first();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => hashOf(page)).toMatch(/since=20\d\d-.*until=20\d\d-/);
    const { searchParams } = new URL(hashOf(page).slice(2), "http://x");
    const lengthMs =
      Date.parse(searchParams.get("until")!) - Date.parse(searchParams.get("since")!);
    expect(lengthMs / 3_600_000).toBeCloseTo(100 / box.width, 1);
    await page.goBack();
    await expect.poll(() => hashOf(page)).toBe("#/overview?since=1h");
  });

  it("a click on a chart opens the requests of that bucket", async () => {
    const page = await open("#/overview");
    await page
      .locator(".u-over")
      .first()
      .click({ position: { x: 40, y: 40 } });
    await expect.poll(() => hashOf(page)).toMatch(/^#\/requests\?since=.*until=/);
  });
});

describe("routes", () => {
  it("shows rate, errors and latency, sorts, and lists routes without traffic", async () => {
    const page = await open("#/routes?since=1h");
    const rows = page.getByRole("table", { name: "Routes" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(6);
    await expect
      .poll(async () => (await rows.first().innerText()).replace(/\s+/g, " "))
      .toContain("orders /orders/** orders 28.9/s 4.5% 63 9.20ms 96.4ms 412ms");
    await expect.poll(() => rows.last().innerText()).toContain("GET /reports/:year");
    await page.getByRole("button", { name: "p95", exact: true }).click();
    await expect.poll(() => rows.first().locator("td").first().innerText()).toBe("payments");
  });

  it("opens a route's requests from the keyboard", async () => {
    const page = await open("#/routes?since=6h");
    await page.getByText("/orders/**").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator("tr.is-cursor td").first().innerText()).toBe("catalogue");
    await page.keyboard.press("Enter");
    await expect.poll(() => hashOf(page)).toBe("#/requests?since=6h&route=catalogue");
  });

  it("copies the table as CSV", async () => {
    const page = await open("#/routes");
    await page.getByRole("button", { name: "CSV" }).click();
    await page.getByText("Copied").waitFor();
    const csv = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(csv.split("\r\n")[0]).toBe(
      "route,match,service,requests,errors,denied,p50_ns,p95_ns,p99_ns,spread",
    );
    expect(csv.split("\r\n")[1]).toMatch(/^orders,\/orders\/\*\*,orders,104210,/);
  });
});

describe("upstreams", () => {
  it("shows what the balancer holds and what it chose", async () => {
    const page = await open("#/upstreams");
    const rows = page.getByRole("table", { name: "Endpoints of orders" }).locator("tbody tr");
    await expect
      .poll(() => rows.nth(2).innerText())
      .toMatch(
        /4003\s+ejected, back in \d+ s\s+0\s+18\.6\s*ms\s+16\.7\s*%\s+1 × 0\.50\s+14,000\s+33\.5\s*%/,
      );
    await expect.poll(() => page.getByRole("table", { name: /^Endpoints of/ }).count()).toBe(3);
    const choices = page.getByRole("table", { name: "Latest choices for orders" });
    await expect.poll(() => choices.locator("tbody tr").count()).toBe(8);
    await expect
      .poll(() => choices.locator("tbody tr").first().locator(".tag.accent").count())
      .toBe(1);
  });
});

describe("requests", () => {
  it("keeps its filters in the URL: choose, remove, Back", async () => {
    const page = await open("#/requests");
    await page.getByRole("combobox", { name: "Status" }).selectOption("5xx");
    await expect.poll(() => hashOf(page)).toBe("#/requests?status_class=5xx");
    const marks = page.locator("td .status-mark");
    await expect.poll(async () => new Set(await marks.allInnerTexts())).toEqual(new Set(["502"]));
    await page.getByRole("combobox", { name: "Route" }).selectOption("orders");
    await expect.poll(() => hashOf(page)).toBe("#/requests?status_class=5xx&route=orders");
    await page.getByRole("button", { name: "Remove filter status 5xx" }).click();
    await expect.poll(() => hashOf(page)).toBe("#/requests?route=orders");
    await page.goBack();
    await page.goBack();
    await expect.poll(() => page.locator(".chip").allInnerTexts()).toEqual(["status\n5xx"]);
    await page.goBack();
    await expect.poll(() => page.locator(".chip").count()).toBe(0);
  });

  it("asks the API for exactly what the URL says", async () => {
    const page = await open("#/requests?since=6h&principal=bob&min_duration_ms=10&path=%2Forders");
    await page.locator("tbody tr").first().waitFor();
    // A slow browser asks again before this looks, and what the page before asked for may come late.
    const asked = fixture.asked.filter((path) => /^\/api\/v1\/requests\?.*bob/.test(path));
    expect(new Set(asked)).toEqual(
      new Set([
        "/api/v1/requests?since=6h&principal=bob&path=%2Forders&min_duration_ms=10&limit=100",
      ]),
    );
  });

  it("pages back with the cursor until there is no more", async () => {
    const page = await open("#/requests");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(100);
    await page.getByRole("button", { name: "Older requests" }).click();
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(190);
    await page.getByRole("button", { name: "Older requests" }).click();
    await page.getByText("That is all there is in this range.").waitFor();
  });

  it("goes back from the last row shown, where live ones cut others off", async () => {
    const page = await open("#/requests");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(100);
    await expect.poll(() => fixture.asked.some((path) => path.includes("/stream"))).toBe(true);
    for (let at = 0; at < 950; at++) fixture.emit();
    await page.getByRole("button", { name: "Show all 1,000 rows" }).click();
    await page.getByRole("button", { name: "Older requests" }).click();
    await expect.poll(() => page.locator("tbody tr").count()).toBe(1100);
    const last = requestRows(50, Date.now()).at(-1)!;
    expect(fixture.asked.filter((path) => path.includes("before="))).toEqual([
      expect.stringContaining(`%7E${last.span_id}`),
    ]);
  });

  it("draws two hundred rows of those that came live, until all are asked for", async () => {
    const page = await open("#/requests");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(100);
    await expect.poll(() => fixture.asked.some((path) => path.includes("/stream"))).toBe(true);
    for (let at = 0; at < 150; at++) fixture.emit();
    await page.getByRole("button", { name: "Show all 250 rows" }).click();
    expect(await page.locator("tbody tr").count()).toBe(250);
    await page.getByRole("button", { name: "Older requests" }).waitFor();
  });

  it("follows live, and stands still when paused", async () => {
    const page = await open("#/requests");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(100);
    await expect.poll(() => fixture.asked.some((path) => path.includes("/stream"))).toBe(true);
    fixture.emit();
    await expect.poll(() => page.locator("tbody tr").count()).toBe(101);
    await expect
      .poll(() => page.locator("tbody tr").first().getAttribute("class"))
      .toContain("is-new");
    await page.getByRole("button", { name: /^Pause/ }).click();
    await page.getByText("Paused").waitFor();
    fixture.emit();
    // Longer than rows are gathered before they show.
    await page.waitForTimeout(700);
    await expect.poll(() => page.locator("tbody tr").count()).toBe(101);
  });
});

describe("one request", () => {
  const url = `#/requests?since=1h&open=${TRACE_ID}.${ROOT_SPAN}`;

  it("shows trace, stages, decision, candidates and attempts", async () => {
    const page = await open(url);
    const sheet = page.getByRole("dialog", { name: "Request" });
    await expect
      .poll(() => sheet.getByRole("heading", { level: 2 }).innerText())
      .toContain("POST /orders");
    await expect.poll(() => sheet.locator(".line").count()).toBe(12);
    const text = (await sheet.innerText()).replace(/\s+/g, " ");
    expect(text).toContain("Allowed by p, clerk, /orders/*, *, allow policies/policy.csv:6");
    expect(text).toContain("(shop-frontend, /orders, POST)");
    expect(text).toContain("authorize 41.2µs");
    const candidates = sheet.getByRole("table", { name: "Candidates" }).locator("tbody tr");
    await expect
      .poll(async () => (await candidates.nth(0).innerText()).replace(/\s+/g, " "))
      .toBe("127.0.0.1:4003 4.10 ms 0 picked");
    await expect
      .poll(async () => (await candidates.nth(1).innerText()).replace(/\s+/g, " "))
      .toBe("127.0.0.1:4001 9.70 ms 2 tried next");
    await expect
      .poll(async () => (await sheet.locator(".attempts").innerText()).replace(/\s+/g, " "))
      .toContain("127.0.0.1:4003 upstream_unreachable");
  });

  it("folds the waterfall and walks to another request of the trace", async () => {
    const page = await open(url);
    await page.getByRole("button", { name: "Fold POST /payments/charge" }).click();
    await expect.poll(() => page.locator(".line").count()).toBe(9);
    await page.getByRole("button", { name: "POST /payments/charge", exact: true }).click();
    await expect
      .poll(() => hashOf(page))
      .toBe(`#/requests?since=1h&open=${TRACE_ID}.${PAYMENT_SPAN}`);
    await expect.poll(() => page.locator(".sheet h2").innerText()).toContain("/payments/charge");
  });

  it("shows what was logged as dots in time and a list, and a span of a service with its own", async () => {
    const page = await open(url);
    await expect.poll(() => page.locator(".trace-lines li").count()).toBe(2);
    await expect.poll(() => page.locator(".line-dot").count()).toBe(1);
    await page.getByRole("button", { name: "charge card", exact: true }).click();
    await expect.poll(() => page.locator(".trace-lines").innerText()).toContain("charged twice");
    await expect.poll(() => page.getByText("of this span, 1 of 2").count()).toBe(1);
    expect(await page.locator(".sheet-body").innerText()).toContain("server span, 84ms");
    await page.locator(".trace-lines .log-text").click();
    await expect
      .poll(() => hashOf(page))
      .toMatch(/^#\/logs\?since=1h&line=[\w%.-]+00000000000000a1$/);
  });

  it("has every field, and fields are doors", async () => {
    const page = await open(url);
    await page.getByText("All fields").click();
    await expect.poll(() => page.getByText("184,300,000 (184 ms)").count()).toBe(1);
    await expect
      .poll(() => page.locator(".field-group dt").allInnerTexts())
      .toContain("tls_version");
    await page.getByTitle("Requests with this principal").click();
    await expect.poll(() => hashOf(page)).toBe("#/requests?since=1h&principal=shop-frontend");
  });

  it("says of protected fields what they are, and gives them to be copied", async () => {
    fixture.mood.protects = true;
    const page = await open("#/requests");
    const caller = `hashed ${STORED.principal.split(":")[3]?.slice(0, 6)}`;
    const row = page.locator("tbody tr").first();
    await expect.poll(() => row.innerText()).toContain("GET encrypted");
    expect(await row.innerText()).toContain(caller);
    await row.click();
    const sheet = page.getByRole("dialog", { name: "Request" });
    const heading = sheet.getByRole("heading", { level: 2 });
    await expect.poll(() => heading.innerText()).toMatch(/^GET\s+encrypted\s+\?\s*encrypted$/);
    await page.getByText("All fields").click();
    await expect
      .poll(() => sheet.locator(".member").allTextContents())
      .toEqual(["accept: */*", "referer: encrypted", "weir.upstream_path: encrypted"]);
    const text = await sheet.innerText();
    expect(text).toContain(`Caller ${caller}`);
    expect(text).not.toMatch(/(?:enc|hash):v1:/);
    const copied = () => page.evaluate<string>("navigator.clipboard.readText()");
    await heading.getByRole("button").first().click();
    await expect.poll(copied).toBe(STORED.path);
    await sheet
      .getByTitle(/equal values/)
      .first()
      .click();
    await expect.poll(copied).toBe(STORED.client_address);
    await page.getByText(`Caller ${caller}`).getByRole("link").click();
    await expect
      .poll(() => page.locator(".chip").innerText())
      .toMatch(new RegExp(`caller\\s*${caller}`));
  });

  it("closes on Escape and stays in the list; j walks on with the sheet open", async () => {
    const page = await open("#/requests");
    await page.locator("tbody tr").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: "Request" });
    await sheet.getByRole("heading", { name: "Trace" }).waitFor();
    const first = hashOf(page);
    await page.keyboard.press("j");
    await expect.poll(() => hashOf(page)).not.toBe(first);
    await expect.poll(() => page.locator("tr.is-open.is-cursor").count()).toBe(1);
    await page.keyboard.press("Escape");
    await expect.poll(() => sheet.count()).toBe(0);
    expect(hashOf(page)).toBe("#/requests");
  });

  it("keeps its place in a live list, and lets go of it when closed", async () => {
    const page = await open("#/requests");
    const rows = page.getByRole("table", { name: "Requests" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(100);
    await expect.poll(() => fixture.asked.some((path) => path.includes("/stream"))).toBe(true);
    await rows.first().click();
    await page.getByRole("dialog", { name: "Request" }).waitFor();
    fixture.emit();
    // Longer than rows are gathered before they show.
    await page.waitForTimeout(700);
    expect(await rows.count()).toBe(100);
    await page.keyboard.press("Escape");
    await expect.poll(() => rows.count()).toBe(101);
  });

  it("says so when there is no such trace", async () => {
    const page = await open(`#/overview?open=${"0".repeat(31)}1`);
    await expect
      .poll(() => page.locator(".sheet").innerText())
      .toContain("Could not load this trace.");
  });
});

describe("search and palette", () => {
  it("/ focuses the search, and what is typed becomes filters", async () => {
    const page = await open("#/overview");
    await page.locator(".verdict").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("orders 5xx >20ms");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => hashOf(page))
      .toBe("#/requests?route=orders&status_class=5xx&min_duration_ms=20");
  });

  it("opens a pasted trace id over the page", async () => {
    const page = await open("#/routes");
    await page.getByText("/orders/**").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(TRACE_ID);
    await page.keyboard.press("Enter");
    await expect.poll(() => hashOf(page)).toBe(`#/routes?open=${TRACE_ID}`);
    await expect.poll(() => page.locator(".sheet h2").innerText()).toContain("POST /orders");
  });

  it.each([
    ["upst", "#/upstreams", "Upstreams page"],
    ["payments", "#/requests?route=payments", "payments route"],
    ["shop-f", "#/requests?principal=shop-frontend", "shop-frontend caller"],
    [TRACE_ID, `#/overview?open=${TRACE_ID}`, `Open trace ${TRACE_ID} trace`],
  ])("the palette finds %s", async (typed, hash, found) => {
    const page = await open("#/overview");
    await page.locator(".verdict").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to" }).waitFor();
    await page.keyboard.type(typed);
    await expect.poll(() => words(page.getByRole("option").first())).toBe(found);
    await page.keyboard.press("Enter");
    await expect.poll(() => hashOf(page)).toBe(hash);
    await expect.poll(() => page.getByRole("dialog", { name: "Go to" }).count()).toBe(0);
  });

  it("Escape closes the palette and nothing else", async () => {
    const page = await open(`#/requests?open=${TRACE_ID}.${ROOT_SPAN}`);
    await page.getByRole("heading", { name: "Trace" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog", { name: "Go to" }).count()).toBe(0);
    await expect.poll(() => page.getByRole("dialog", { name: "Request" }).count()).toBe(1);
  });
});
