// What the UI says when something is off, and how it looks in both themes and on a phone.
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./support/fixture-server.ts";
import { SHADOW } from "./support/policy.ts";
import { ROOT_SPAN, TRACE_ID } from "./support/trace.ts";
import { usePages } from "./support/page.ts";

const openPage = usePages();
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

const open = (hash: string, options?: BrowserContextOptions): Promise<Page> =>
  openPage(fixture.url + hash, options);

function downSince(nowMs: number): Record<string, unknown> {
  return {
    store: {
      kind: "server",
      state: "down",
      since: new Date(nowMs - 190_000).toISOString(),
      error: "ECONNREFUSED",
    },
    spool: {
      pending_rows: 18_234,
      pending_bytes: 9_823_411,
      stored_rows: 1,
      dropped_rows: 0,
      rejected_rows: 0,
      lag_ms: 190_000,
    },
  };
}

function styleOf(page: Page, selector: string, name: string): Promise<unknown> {
  return page.evaluate(`getComputedStyle(document.querySelector("${selector}")).${name}`);
}

describe("empty", () => {
  it.each([
    ["overview", "curl -i http://127.0.0.1:8081/"],
    ["requests", "curl -i http://127.0.0.1:8081/"],
    ["tail", "curl -i http://127.0.0.1:8081/"],
    ["routes", "routes:\n  - { name: orders"],
    ["upstreams", "services:\n  orders: { endpoints:"],
    ["policy", "weir policy test policies"],
  ])("%s teaches", async (name, lesson) => {
    fixture.mood.empty = true;
    const page = await open(`#/${name}`);
    await expect.poll(() => page.locator(".main pre").first().innerText()).toContain(lesson);
  });

  it("filters that match nothing say so", async () => {
    const page = await open("#/requests?principal=nobody");
    await page.getByText("No request matches these filters in this range.").waitFor();
  });
});

describe("the store is down", () => {
  it("says since when and what still works; old figures stay, dimmed, with their age", async () => {
    const page = await open("#/overview");
    await page.locator(".verdict").waitFor();
    fixture.mood.storeDown = true;
    fixture.mood.status = downSince;
    const banner = page.getByRole("alert").filter({ hasText: "The store has not answered" });
    await expect
      .poll(() => banner.innerText())
      .toMatch(
        /since \d\d:\d\d:\d\d \(3 min\)\.\s+Requests are still proxied, decided, balanced and recorded: 18,234 rows \(9\.82 MB\) wait/,
      );
    const panel = page.locator(".panel.is-stale").first();
    await expect
      .poll(() => panel.locator(".stale-note").innerText())
      .toMatch(/^as of \d\d:\d\d:\d\d, \d+ (?:s|min) old$/);
    await expect.poll(() => page.getByTitle("Requests behind Errors").innerText()).toContain("2.2");
    await expect.poll(() => styleOf(page, ".panel.is-stale .panel-body", "opacity")).toBe("0.7");
    fixture.reset();
    await expect.poll(() => page.locator(".stale-note").count()).toBe(0);
    await expect.poll(() => banner.count()).toBe(0);
  });

  it("the balancing state needs no store; figures and lists say what they lack", async () => {
    fixture.mood.storeDown = true;
    fixture.mood.status = downSince;
    const page = await open("#/upstreams");
    await expect
      .poll(() => page.getByRole("table", { name: "Endpoints of orders" }).innerText())
      .toContain("ejected");
    await page.getByText("no figures from the store").first().waitFor();
    await page.getByRole("link", { name: "Requests" }).click();
    await page.getByText("Could not load requests.").waitFor();
    await page.getByText("connect ECONNREFUSED 127.0.0.1:8123").first().waitFor();
  });
});

describe("banners", () => {
  it("no policy, a failed reload and lost rows are said, with the fault", async () => {
    fixture.mood.status = (nowMs) => ({
      policy: {
        enforced: false,
        revision: "",
        rules: 0,
        loaded_at: null,
        fault: null,
        shadow: null,
        rollback: null,
      },
      reload: {
        at: new Date(nowMs).toISOString(),
        ok: false,
        fault: "weir.yaml:14: services.orders.balance: unknown",
        tls_fault: null,
        restart: ["listen.http"],
      },
      spool: {
        pending_rows: 0,
        pending_bytes: 0,
        stored_rows: 1,
        dropped_rows: 1204,
        rejected_rows: 2,
        lag_ms: 0,
      },
    });
    const page = await open("#/routes");
    await page.getByText("No policy is enforced: every request is let through.").waitFor();
    const text = await page.locator(".main").innerText();
    expect(text).toContain("weir.yaml:14: services.orders.balance: unknown");
    expect(text).toContain("listen.http");
    expect(text).toContain("1,206 request rows are missing from the figures.");
    expect(text).toContain("1,204 were dropped because the spool was full. 2 were refused");
  });

  it("a broken candidate is said, and a policy that was rolled back, also while the policy is well", async () => {
    fixture.mood.status = (nowMs) => ({
      policy: {
        enforced: true,
        revision: "p",
        rules: 1,
        loaded_at: new Date(nowMs).toISOString(),
        fault: null,
        shadow: { ...SHADOW, loaded_at: null, fault: "policies/next.csv:3: unknown rule type" },
        rollback: {
          from: "41c0ffee0b5e",
          to: "7f3a91d20c11",
          at: new Date(nowMs - 60_000).toISOString(),
          comment: "denials: bob was denied 9 times",
          created_by: "alert denials",
        },
      },
    });
    const page = await open("#/routes");
    await page
      .getByText("The newest candidate policy is broken; the last good one is asked.")
      .waitFor();
    await page.getByText("policies/next.csv:3: unknown rule type").waitFor();
    const alert = page.getByRole("alert").filter({ hasText: "rolled back to 7f3a91d20c11" });
    await expect
      .poll(() => alert.innerText())
      .toMatch(/By alert denials at .*bob was denied 9 times.*41c0ffee0b5e.*weir reload/s);
  });

  it("certificates that end: the first of them, and how many more", async () => {
    const end = (file: string, state: string, not_after: string): object => {
      return { key: "listen.https.certificates[0].cert", file, names: [], state, not_after };
    };
    const soon = end("certs/a.crt", "soon", "2099-02-01T00:00:00.000Z");
    const expired = end("certs/b.crt", "expired", "2020-01-02T00:00:00.000Z");
    const ok = end("certs/c.crt", "ok", "2019-01-01T00:00:00.000Z");
    fixture.mood.status = () => ({ certificates: [ok, soon, expired] });
    const page = await open("#/routes");
    const alert = page.getByRole("alert").filter({ hasText: "A certificate has expired." });
    await expect.poll(() => alert.innerText()).toMatch(/certs\/b\.crt.*2020-01-02.*, and 1 more/);
    fixture.mood.status = () => ({ certificates: [ok, soon] });
    const notice = page.getByRole("status").filter({ hasText: "A certificate expires soon." });
    await expect.poll(() => notice.innerText()).toContain("certs/a.crt");
    await expect.poll(() => alert.count()).toBe(0);
  });

  it("all well: none", async () => {
    const page = await open("#/routes");
    await page.getByText("/orders/**").waitFor();
    await expect.poll(() => page.locator(".banner").count()).toBe(0);
  });

  it("the admin server gone: said once, and what was shown stays", async () => {
    const page = await open("#/routes");
    await page.getByText("/orders/**").waitFor();
    await page.context().setOffline(true);
    await expect
      .poll(() => page.locator(".banner").innerText())
      .toContain("does not answer this page");
    await expect.poll(() => page.getByText("/orders/**").count()).toBe(1);
  });
});

describe("waiting and tokens", () => {
  it("says what is awaited, and only after 100 ms", async () => {
    fixture.mood.hung = true;
    const page = await open("#/routes", { reducedMotion: "no-preference" });
    const skeleton = page.getByRole("status").filter({ hasText: "Waiting for routes…" });
    await skeleton.waitFor();
    await expect.poll(() => styleOf(page, ".skeleton", "animationDelay")).toBe("0.1s");
  });

  it("asks for the token on 401, says when it is wrong, and goes on with the right one", async () => {
    fixture.mood.token = "right";
    const page = await open("#/routes");
    const field = page.getByRole("textbox", { name: "Admin token" });
    await field.fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("That token was not accepted.").waitFor();
    await field.fill("right");
    await page.keyboard.press("Enter");
    await page.getByText("/orders/**").waitFor();
    await page.reload();
    await page.getByText("/orders/**").waitFor();
    await expect.poll(() => page.evaluate("localStorage.length")).toBe(0);
  });
});

const PLACES = {
  overview: "#/overview",
  routes: "#/routes",
  upstreams: "#/upstreams",
  requests: "#/requests?status_class=5xx&route=orders&upstream=http%3A%2F%2F127.0.0.1%3A4003",
  tail: "#/tail?status_class=2xx",
  policy: `#/policy?ask=${encodeURIComponent('["bob","/admin/users","GET"]')}`,
  request: `#/requests?open=${TRACE_ID}.${ROOT_SPAN}`,
};

describe.each(Object.entries(PLACES))("%s at 390 px", (_, hash) => {
  it("fits: nothing scrolls sideways, the rail is a bar at the bottom", async () => {
    const page = await open(hash, { viewport: { width: 390, height: 844 } });
    await page.locator("tbody tr, .line").first().waitFor();
    await page.waitForTimeout(200);
    await expect.poll(() => page.locator(".skeleton").count()).toBe(0);
    const wide = `[document.documentElement, ...document.querySelectorAll(".main, .panel, .table-frame, .sheet, .sheet-body")]
      .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className || e.tagName)`;
    await expect.poll(() => page.evaluate(wide)).toEqual([]);
    const cut = `[...document.querySelectorAll(".table tbody td")].filter((e) => e.offsetParent !== null)
      .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth)
      .map((e) => e.innerText)`;
    await expect.poll(() => page.evaluate(cut)).toEqual([]);
    const headless = `[...document.querySelectorAll(".table tbody tr")]
      .filter((row) => !(row.querySelector("td.lead")?.offsetHeight > 0)).length`;
    await expect.poll(() => page.evaluate(headless)).toBe(0);
    const rail = (await page.locator(".rail").boundingBox())!;
    expect([rail.y + rail.height, rail.width]).toEqual([844, 390]);
  });
});

describe("themes", () => {
  it("follow the system until somebody chooses, and the choice stays", async () => {
    const page = await open("#/routes", { colorScheme: "light" });
    const ground = (): Promise<unknown> =>
      page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    await expect.poll(() => ground()).toBe("rgb(243, 245, 246)");
    await page.getByRole("button", { name: "Dark" }).click();
    await expect.poll(ground).toBe("rgb(13, 18, 22)");
    await page.reload();
    await expect.poll(ground).toBe("rgb(13, 18, 22)");
  });

  it.each(["dark", "light"] as const)(
    "%s: every text keeps WCAG AA, 4.5:1",
    async (colorScheme) => {
      const page = await open("#/overview", { colorScheme });
      const grounds = ["ground", "surface", "raised", "hover"];
      const pairs = [
        ...["text", "muted", "faint", "accent", "slow", "error", "policy", "latency"].flatMap(
          (text) => grounds.map((ground) => [text, ground]),
        ),
        ...["accent", "slow", "error", "policy"].map((text) => [text, `${text}-ground`]),
        ...["text", "muted"].flatMap((text) =>
          ["accent", "policy", "error", "slow"].map((tone) => [text, `${tone}-ground`]),
        ),
        ["on-accent", "accent"],
      ];
      await expect.poll(() => tooFaint(page, pairs, 4.5)).toEqual([]);
      // Lines and marks of charts: 3:1 (WCAG 1.4.11).
      const marks = [
        "p95",
        "p99",
        "rate",
        "error",
        "policy",
        "s0",
        "s1",
        "s2",
        "s3",
        "s4",
        "s5",
        "s6",
      ];
      expect(
        await tooFaint(
          page,
          marks.map((mark) => [mark, "surface"]),
          3,
        ),
      ).toEqual([]);
    },
  );
});

/** Pairs of colour tokens below the ratio of WCAG 2.2's relative luminance. */
async function tooFaint(page: Page, pairs: string[][], least: number): Promise<string[]> {
  const names = [...new Set(pairs.flat())];
  const colors = await page.evaluate<Record<string, string>>(
    `Object.fromEntries(${JSON.stringify(names)}.map((n) => [n, getComputedStyle(document.documentElement).getPropertyValue("--" + n).trim()]))`,
  );
  return pairs
    .map(([text, ground]) => ({
      pair: `${text} on ${ground}`,
      ratio: contrast(colors[text!]!, colors[ground!]!),
    }))
    .filter(({ ratio }) => !(ratio >= least))
    .map(({ pair, ratio }) => `${pair}: ${ratio.toFixed(2)}`);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(color: string): number {
  const hex = color.length === 4 ? color.replace(/[^#]/g, "$&$&") : color;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
