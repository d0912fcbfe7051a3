// Errors, Security, SLOs & Alerts, and endpoints taken out, in a real browser, over a real store and rules that look at it.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startWatchedWeir, type WatchedWeir } from "./support/watched-weir.ts";
import { expectNarrow, hashOf, paramsOf, sized, usePages, words } from "./support/page.ts";

const HOUR_MS = 3_600_000;

const openPage = usePages();
let weir: WatchedWeir;

beforeAll(async () => {
  weir = await startWatchedWeir();
});
afterEach(() => weir.setAway(false));
afterAll(() => weir.close());

const open = (hash: string, width = 1440): Promise<Page> =>
  openPage(`${weir.url}#/${hash}`, sized(width));

/** Seconds of the known hour, or of the one after it. */
function windowOf(fromS = 0, toS = HOUR_MS / 1000): string {
  const [since, until] = [fromS, toS].map((s) => new Date(weir.sinceMs + s * 1000).toISOString());
  return `since=${since}&until=${until}`;
}

const pathOf = (page: Page): string => hashOf(page).split("?")[0] ?? "";

describe("Errors", () => {
  it("says first what is new, and leads to just those requests", async () => {
    const page = await open(`errors?${windowOf(200, 390)}`);
    await expect
      .poll(() => words(page.getByRole("status").filter({ hasText: "kinds" })))
      .toMatch(
        /^2 of 2 kinds of errors in this range are new\. The worst, once, at .*: 500 on orders from b:2\.$/,
      );
    const rows = page.getByRole("table", { name: "Errors by kind" }).locator("tbody tr");
    await expect
      .poll(() => words(rows.first()))
      .toMatch(/^401 unauthenticatednew client orders 5 was none 1 /);
    await page.keyboard.press("j");
    await page.locator("tr.is-cursor").waitFor();
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.getByRole("table", { name: "Requests" }).locator("tbody tr").count())
      .toBe(5);
    expect(Object.fromEntries(paramsOf(page))).toMatchObject({
      error_code: "unauthenticated",
      status: "401",
    });
    await page.goBack();
    await page.getByRole("button", { name: "upstream", exact: true }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(Object.fromEntries(paramsOf(page))["by"]).toBe("upstream");
    await page.goBack();
    await expectNarrow(page);
  });

  it("opens an example over the page, and says what it knows without the store", async () => {
    const page = await open(`errors?${windowOf()}`);
    const rows = page.getByRole("table", { name: "Errors by kind" }).locator("tbody tr");
    await rows.nth(2).getByRole("link", { name: /ago$/ }).click();
    await page.getByRole("dialog", { name: "Request" }).waitFor();
    expect(pathOf(page)).toBe("#/errors");
    weir.setAway(true);
    await page.reload();
    await expect.poll(() => page.getByText("Could not load errors by kind.").count()).toBe(1);
  });

  it("teaches where nothing failed", async () => {
    const page = await open("errors?since=2001-01-01T00:00:00Z&until=2001-01-02T00:00:00Z");
    await page.getByText("No request failed in this range.").waitFor();
    await page.getByText("What a retry made good is none here", { exact: false }).waitFor();
  });
});

describe("Security", () => {
  it("says how much was refused to how many, each a way to who it was", async () => {
    const page = await open(`security?${windowOf()}`);
    const figures = page.locator("button.figure");
    await expect
      .poll(() => words(figures.nth(0)))
      .toBe("Denied by the policy, by 1 caller 3 was none");
    await expect
      .poll(() => words(figures.nth(1)))
      .toBe("Failed logins, from 2 addresses 5 was none");
    const cells = page.locator(".board .cell:has(table, .uplot, .empty)");
    await expect.poll(() => cells.count()).toBe(9);
    await figures.nth(0).click();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest("section")?.innerText))
      .toMatch(/^Denials/);
    await page
      .getByRole("table", { name: "New callers" })
      .getByRole("link", { name: "3" })
      .first()
      .click();
    await expect
      .poll(() => Object.fromEntries(paramsOf(page)))
      .toMatchObject({ principal: "mallory", kind: "request" });
    await page.goBack();
    await expectNarrow(page);
  });

  it("shows who sends what is no HTTP, and opens with a day where the URL says nothing", async () => {
    const page = await open(`security?${windowOf(3600, 7200)}`);
    const malformed = page.getByRole("table", { name: "Refused as malformed" });
    await expect
      .poll(() => words(malformed.locator("tbody tr")))
      .toMatch(/^malformed_request a bare LF; a space in a name 203\.0\.113\.9 2 /);
    await page.goto(`${weir.url}#/security`);
    await expect.poll(() => Object.fromEntries(paramsOf(page))["since"]).toBe("24h");
  });
});

describe("SLOs & Alerts", () => {
  it("says what fires, and leads to the requests behind it and to its budget's course", async () => {
    const page = await open("overview?since=6h");
    await page.getByRole("link", { name: "SLOs & Alerts" }).click();
    await expect
      .poll(() => words(page.getByRole("status").filter({ hasText: "fires" })))
      .toMatch(
        /^1 alert fires\. Since (?:\d+ \w+ )?\d\d:\d\d: orders: 13\.3 % of 15 requests fail\.$/,
      );
    const alerts = page.getByRole("table", { name: "Alerts", exact: true }).locator("tbody tr");
    await expect
      .poll(() => words(alerts.first()))
      .toMatch(
        /^firing page orders: 13\.3 % of 15 requests fail route=orders alert=route-errors ?runbook 0\.133 error_share > 0\.05, requests >= 5 /,
      );
    await expect.poll(() => words(alerts.nth(1))).toMatch(/^pending ticket many-denials /);
    const slos = page.getByRole("table", { name: "Service level objectives" }).locator("tbody tr");
    await expect
      .poll(() => words(slos.first()))
      .toMatch(/^orders 99 % within 300 ms, over 7d −1,076 ?% 2 of 17 /);
    await slos.first().getByText("within 300 ms", { exact: false }).click();
    await page
      .getByRole("img", { name: /^Error budget of orders: budget left −1,076 %$/ })
      .waitFor();
    expect(Object.fromEntries(paramsOf(page))["slo"]).toBe("orders");
    await alerts.first().getByRole("link", { name: "Requests" }).click();
    await expect
      .poll(() => page.getByRole("table", { name: "Requests" }).locator("tbody tr").count())
      .toBe(15);
    expect(Object.fromEntries(paramsOf(page))["route"]).toBe("orders");
    await page.goBack();
    await expectNarrow(page);
  });

  it("silences an alert and ends that, each with an audit row", async () => {
    const page = await open("alerts");
    const firing = page.getByRole("table", { name: "Alerts", exact: true }).locator("tbody tr");
    await firing.first().getByRole("button", { name: "Silence" }).click();
    const form = page.getByRole("form", { name: "New silence" });
    const matchers = form.getByLabel("Labels", { exact: false });
    await expect.poll(() => matchers.inputValue()).toBe("route=orders alert=route-errors");
    await matchers.fill("nonsense");
    await form.getByLabel("Why", { exact: false }).fill("a look at b:2");
    await form.getByRole("button", { name: "Silence" }).click();
    await form.getByRole("alert").waitFor();
    await matchers.fill('alert="route-*"');
    await form.getByRole("button", { name: "Silence" }).click();
    const silences = page.getByRole("table", { name: "Silences" }).locator("tbody tr");
    await expect.poll(() => words(silences.first())).toMatch(/^alert=route-\* a look at b:2 /);
    await firing.first().getByText("silenced").waitFor();
    await page.getByText("Nothing fires, and 1 is silenced;", { exact: false }).waitFor();
    await silences.first().getByRole("button", { name: "End" }).click();
    await page.getByText("No alert is silenced.").waitFor();
    expect(weir.changes.slice(-2)).toEqual(["silence_alerts", "end_silence"]);
  });

  it("looks back with a rule, and shows what began and ended", async () => {
    const page = await open(`alerts?${windowOf(3300, 3900)}`);
    const rules = page.getByRole("table", { name: "Rules" }).locator("tbody tr");
    await rules
      .filter({ hasText: "route-errors" })
      .getByRole("button", { name: "Look back" })
      .click();
    const fired = page.getByRole("table", { name: "When it would have fired" }).locator("tbody tr");
    await page.getByText("once in this range, looking each 1m.", { exact: false }).waitFor();
    await expect.poll(() => words(fired)).toMatch(/ orders: \d.*requests fail to the end$/);
    expect(Object.fromEntries(paramsOf(page))["replay"]).toBe("route-errors");
    const began = page.getByRole("table", { name: "Began and ended" }).locator("tbody tr");
    await expect.poll(() => began.allInnerTexts()).toHaveLength(2);
    await page.goto(`${weir.url}#/alerts?since=5m&replay=slo-admin-fast`);
    await page.getByText("Never in the last 5 minutes", { exact: false }).waitFor();
  });
});

describe("Upstreams", () => {
  it("takes an endpoint out once it is said why, never the last, and puts it back", async () => {
    const page = await open("upstreams?since=6h");
    const rows = page.getByRole("table", { name: "Endpoints of shop" }).locator("tbody tr");
    const form = page.getByRole("form", { name: /^Take out/ });
    const takeOut = async (at: number, share = "0"): Promise<void> => {
      await rows.nth(at).getByRole("button", { name: "Take out" }).click();
      await form.getByLabel("Why", { exact: false }).fill("disk full");
      await form.getByLabel("What is left of its weight").selectOption(share);
      await form.getByRole("button", { name: "Take out" }).click();
    };
    for (const at of [0, 1]) {
      await takeOut(at);
      await rows
        .nth(at)
        .getByText(/held, back in 15 min/)
        .waitFor();
    }
    await takeOut(2);
    await form.getByText("Not taken out: all others of shop are out", { exact: false }).waitFor();
    await form.getByRole("button", { name: "Cancel" }).click();
    const putBack = async (): Promise<void> => {
      await rows.nth(0).getByRole("button", { name: "Put back" }).click();
      await rows.nth(0).getByRole("button", { name: "Take out" }).waitFor();
    };
    await putBack();
    await expect.poll(() => words(rows.nth(0))).not.toContain("held");
    await takeOut(0, "0.25");
    await rows
      .nth(0)
      .getByText(/25 % weight, 15 min/)
      .waitFor();
    await page.goto(`${weir.url}#/alerts?since=6h`);
    const changes = page.getByRole("table", { name: "Changed and in force" }).locator("tbody tr");
    await expect.poll(() => changes.allInnerTexts()).toHaveLength(2);
    expect((await changes.allInnerTexts()).join()).toMatch(/4001 of shop has 25 % of its weight/);
    await expectNarrow(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${weir.url}#/upstreams?since=6h`);
    await putBack();
    const held = Array<string>(3).fill("hold_endpoint");
    expect(weir.changes.slice(-6)).toEqual([...held, "end_hold", "lower_weight", "end_hold"]);
    await expectNarrow(page);
  });
});
