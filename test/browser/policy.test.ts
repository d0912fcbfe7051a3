// The policy in the UI: its page, why a request was decided as it was, and tests made of requests.
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { askFields, readAsk, readTuple } from "../../dashboards/web/src/pages/policy/ask-fields.ts";
import { type Fixture, startFixture } from "./support/fixture-server.ts";
import { SHADOW } from "./support/policy.ts";
import { ROOT_SPAN, TRACE_ID } from "./support/trace.ts";
import { hashOf, usePages, words } from "./support/page.ts";

const openPage = usePages();
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

const open = (hash: string): Promise<Page> => openPage(fixture.url + hash);

function panel(page: Page, title: string): Locator {
  return page.locator("section.panel").filter({ has: page.getByRole("heading", { name: title }) });
}

const ASKED = '["bob","/admin/users","GET"]';

describe("the page Policy", () => {
  it("says what is in force, and is found from rail and palette", async () => {
    const page = await open("#/overview?since=1h");
    await page.getByRole("link", { name: "Policy", exact: true }).click();
    await expect.poll(() => hashOf(page)).toBe("#/policy?since=1h");
    await expect
      .poll(() => words(panel(page, "In force")))
      .toMatch(
        /Revision p-7f3a91 Rules 18, role links included Loaded .*\(25 min ago\) Model .*model\.conf Rules file .*policy\.csv Asked \(identity\.subject, request\.path, request\.method\) AuthZEN \S+documents\/policy\.csv \(6 rules, revision p-0a51ce\), asked \(subject, action\.name, resource\.id\)$/,
      );
    await page.goto(`${fixture.url}#/routes`);
    await page.getByText("/orders/**").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to" }).waitFor();
    await page.keyboard.type("poli");
    await page.getByRole("option", { name: /^Policy/ }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => hashOf(page)).toBe("#/policy");
  });

  it("says why newer versions of policy and candidate are not in force", async () => {
    const fault = "policies/policy.csv:19: rule p needs 4 fields";
    fixture.mood.policy = () => ({ fault, shadow: { ...SHADOW, fault: "next.csv:3: unknown" } });
    const page = await open("#/policy");
    await expect.poll(() => words(panel(page, "In force"))).toContain(fault);
    await expect
      .poll(() => words(panel(page, "Candidate")))
      .toContain("Its newest version is not asked. What is wrong: next.csv:3: unknown");
  });

  it("shows gains before losses, each a door to its requests and to an example", async () => {
    const page = await open("#/policy?since=1h");
    const rows = page.getByRole("table", { name: "Changes by the candidate" }).locator("tbody tr");
    await expect
      .poll(() => words(rows.nth(0)))
      .toMatch(
        /^would gain bob DELETE \/admin\/users\/12 and 6 more admin policies\/policy\.csv:14 policies\/next\.csv:4 41 \d+ s ago$/,
      );
    await expect.poll(() => words(rows.nth(1))).toMatch(/^would gain anonymous GET \/reports/);
    await expect
      .poll(() => words(rows.nth(2)))
      .toMatch(/^would lose nightly-report .* policies\/policy\.csv:6 no rule allows it 610 /);
    await rows.nth(1).getByText("reports", { exact: true }).click();
    await expect
      .poll(() => hashOf(page))
      .toBe(
        "#/requests?since=1h&kind=request&principal=&method=GET&route=reports&shadow=gain&shadow_revision=p-91c0de",
      );
    await page.getByRole("button", { name: "Remove filter caller anonymous" }).waitFor();
    await page.goBack();
    await rows.nth(0).getByRole("link", { name: /ago$/ }).click();
    await expect.poll(() => hashOf(page)).toBe(`#/policy?since=1h&open=${TRACE_ID}`);
  });

  it("teaches how to have a candidate, and how to ask the past, where there is none", async () => {
    fixture.mood.policy = () => ({ shadow: null });
    const page = await open("#/policy");
    await expect
      .poll(() => words(panel(page, "Candidate")))
      .toMatch(
        /There is no candidate policy\..* shadow: \{ model: .* weir policy replay --candidate DIR/,
      );
  });

  it("shows rules by use as doors, and those of no use", async () => {
    const page = await open("#/policy?since=1h");
    const rows = page.getByRole("table", { name: "Rules by use" }).locator("tbody tr");
    await expect
      .poll(() => words(rows.nth(2)))
      .toMatch(/^p, clerk, \/admin\/\*, \*, deny policies\/policy\.csv:14 deny 2,052 3 \d+ s ago$/);
    await expect.poll(() => words(rows.nth(3))).toContain("no rule allows it");
    await expect
      .poll(() => words(panel(page, "Rules that decided nothing")))
      .toMatch(/2 of 18 in the last hour, whoever called\. p, auditor, .*policy\.csv:9/);
    await rows.nth(3).getByText("no rule allows it").click();
    await expect
      .poll(() => hashOf(page))
      .toBe("#/requests?since=1h&kind=request&rule=&decision=deny");
    await page.getByRole("button", { name: "Remove filter rule no rule" }).waitFor();
  });

  it("says what failed when the store is down, and what needs none still works", async () => {
    fixture.mood.storeDown = true;
    const page = await open("#/policy");
    await panel(page, "In force").getByText("p-7f3a91").waitFor();
    await panel(page, "Candidate").getByText("Could not load what it would change.").waitFor();
    await panel(page, "Rules by use").getByText("Could not load rules by use.").waitFor();
    await page.getByText("p-91c0de").waitFor();
  });

  it("dims what a candidate would change once it is of before, and walks it by keys", async () => {
    const page = await open("#/policy");
    const table = page.getByRole("table", { name: "Changes by the candidate" });
    await table.getByText("/reports/2026").waitFor();
    await page.keyboard.press("j");
    await expect.poll(() => words(table.locator("tr.is-cursor"))).toMatch(/^would gain bob/);
    fixture.mood.storeDown = true;
    const note = panel(page, "Candidate").locator(".stale-note");
    await expect.poll(() => note.count()).toBe(1);
    await expect.poll(() => table.count()).toBe(1);
    await page.keyboard.press("Enter");
    await expect
      .poll(() => hashOf(page))
      .toBe(
        "#/requests?kind=request&principal=bob&method=DELETE&route=admin&shadow=gain&shadow_revision=p-91c0de",
      );
  });
});

describe("may they?", () => {
  it("asks the policy in force; the question is the URL", async () => {
    const page = await open("#/policy");
    await page.getByRole("textbox", { name: "Who" }).fill("alice");
    await page.getByRole("textbox", { name: "Method" }).fill("GET");
    await page.getByRole("textbox", { name: "Path" }).fill("/orders/17");
    await page.keyboard.press("Enter");
    const asked = '["alice","/orders/17","GET"]';
    await expect
      .poll(() => hashOf(page))
      .toBe(`#/policy?${new URLSearchParams({ ask: asked }).toString()}`);
    const answer = page.locator(".explanation");
    await expect
      .poll(() => words(answer))
      .toBe(
        "Allowed by p, clerk, /orders/*, *, allow policies/policy.csv:6 by the roles alice → clerk policy revision p-7f3a91",
      );
    await expect.poll(() => fixture.posted).toEqual([{ request: ["alice", "/orders/17", "GET"] }]);
    await page.goBack();
    await expect.poll(() => answer.count()).toBe(0);
  });

  it("explains a denial from a link: nearest misses with both sides of what failed", async () => {
    const page = await open(`#/policy?ask=${encodeURIComponent(ASKED)}`);
    const misses = page.locator(".explanation .miss");
    await expect.poll(() => misses.count()).toBe(2);
    await expect
      .poll(() => words(misses.nth(1)))
      .toMatch(
        /^p, admin, \/admin\/\*, \*, allow policies\/policy\.csv:11 .*g\(r\.sub, p\.sub\) bob holds clerk, staff admin$/,
      );
    await expect
      .poll(() => page.getByRole("textbox", { name: "Path" }).inputValue())
      .toBe("/admin/users");
    // Another revision may answer otherwise.
    fixture.mood.policy = () => ({ revision: "p-next" });
    await expect.poll(() => fixture.posted.length).toBe(2);
  });

  it("asks for whatever the config asks of a request, objects as JSON", async () => {
    fixture.mood.policy = () => ({ request: ["request.host", "identity", "request.method"] });
    const page = await open("#/policy");
    const labels = page.locator("form.ask label");
    await expect.poll(() => labels.allInnerTexts()).toEqual(["Who", "Method", "request.host"]);
    await page.getByRole("textbox", { name: "Who" }).fill("alice");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Who must be JSON.").waitFor();
    await page.getByRole("textbox", { name: "Who" }).fill('{"subject":"alice"}');
    await page.getByRole("textbox", { name: "Method" }).fill("GET");
    await page.getByRole("button", { name: "Ask" }).click();
    await expect
      .poll(() => fixture.posted)
      .toEqual([{ request: ["", { subject: "alice" }, "GET"] }]);
  });

  it("reads no question from a URL that holds none", () => {
    expect([null, "", "{}", "[1", '"a"'].map(readAsk)).toEqual([null, null, null, null, null]);
    expect(readAsk(ASKED)).toEqual(["bob", "/admin/users", "GET"]);
    const fields = askFields(["request.path", "identity.subject", "route.name"]);
    expect(fields.map(({ at }) => at)).toEqual([1, 0, 2]);
    expect(readTuple(fields, (at) => ` ${at} `)).toEqual(["0", "1", "2"]);
  });
});

describe("the decision of a request", () => {
  const root = `#/requests?since=1h&open=${TRACE_ID}.${ROOT_SPAN}`;

  async function openDenied(): Promise<Page> {
    const page = await open("#/requests?since=1h&decision=deny");
    await page.locator("tbody tr").first().click();
    await page.getByRole("heading", { name: "Decision" }).waitFor();
    return page;
  }

  it("names the roles, the revision and what the candidate says", async () => {
    const page = await open(root);
    const decision = page.locator(".decision");
    await expect.poll(() => words(decision)).toContain("by the roles shop-frontend → clerk");
    await expect
      .poll(() => words(decision))
      .toContain("would lose The candidate policy p-91c0de would deny it: no rule allows it");
    await expect.poll(() => words(decision)).toContain("policy revision p-7f3a91");
  });

  it("is none where a request ended before the policy was asked", async () => {
    const page = await open("#/overview");
    await page.route("**/api/v1/traces/*", async (route) => {
      const response = await route.fetch();
      const trace = (await response.json()) as { requests: object[] };
      const ended = { decision: "none", error_source: "client", error_code: "no_route" };
      const rows = trace.requests.map((row) => ({ ...row, ...ended, attempt_upstream: [] }));
      await route.fulfill({ response, json: { ...trace, requests: rows } });
    });
    await page.goto(fixture.url + root);
    await page.getByText("Not decided: the request ended before that").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Why?" }).count()).toBe(0);
  });

  it("why: asks by trace and span, and says that today decides the same", async () => {
    const page = await open(root);
    await page.getByRole("button", { name: "Why?" }).click();
    await expect
      .poll(() => words(page.locator(".explanation")))
      .toMatch(/^The policy in force decides it the same today\. Allowed by p, clerk/);
    await expect.poll(() => fixture.posted).toEqual([{ trace_id: TRACE_ID, span_id: ROOT_SPAN }]);
  });

  it("why not: then and now, and the nearest misses", async () => {
    const page = await openDenied();
    await page.getByRole("button", { name: "Why?" }).click();
    await expect
      .poll(() => words(page.locator(".explanation")))
      .toMatch(
        /^differs The policy in force decides it by another rule today\. Then: deny, p, clerk, \/admin\/\*, \*, deny policies\/policy\.csv:14\. Denied because no rule allows it Nearest misses/,
      );
    // Of this request alone: the next one has an answer of its own.
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator(".explanation").count()).toBe(0);
  });

  it("is saved as a test: shown first, with what is expected, then where it stands", async () => {
    const page = await openDenied();
    await page.getByRole("button", { name: "Save as test" }).click();
    const group = page.getByRole("group", { name: "Save as test" });
    await expect.poll(() => words(group)).toContain("Would be added at policies/cases.yaml:57");
    await expect.poll(() => words(group)).toContain("expect: deny");
    await group.getByRole("button", { name: "allow" }).click();
    await expect.poll(() => words(group)).toContain("expect: allow");
    await group.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved “GET /admin/users by bob” at policies/cases.yaml:57").waitFor();
    await expect
      .poll(() => fixture.posted.map((body) => [body["expect"], body["dry_run"]]))
      .toEqual([
        ["deny", true],
        ["allow", true],
        ["allow", undefined],
      ]);
    await page.getByRole("button", { name: "Done" }).click();
    await expect.poll(() => page.getByText("Saved “").count()).toBe(0);
  });

  it("says why it can't be saved", async () => {
    fixture.mood.caseFault = 'policies/cases.yaml:12: "bob" tests this request already';
    const page = await openDenied();
    await page.getByRole("button", { name: "Save as test" }).click();
    await page.getByText(`Not saved: ${fixture.mood.caseFault}`).waitFor();
    await expect
      .poll(() => page.getByRole("button", { name: "Save", exact: true }).isDisabled())
      .toBe(true);
  });
});

describe("what requests lack", () => {
  it("routes: the row of no route opens the requests without one", async () => {
    const page = await open("#/routes?since=1h");
    await page.getByText("no route", { exact: true }).click();
    await expect.poll(() => hashOf(page)).toBe("#/requests?since=1h&route=");
    await expect
      .poll(() =>
        fixture.asked.some((path) => path === "/api/v1/requests?since=1h&route=&limit=100"),
      )
      .toBe(true);
    await expect.poll(() => page.locator(".chip").innerText()).toBe("route\nno route");
    await expect
      .poll(() => page.getByRole("combobox", { name: "Route" }).locator(":checked").innerText())
      .toBe("no route");
    // It says nothing to the other pages, so it does not go along.
    await page.getByRole("link", { name: "Overview" }).click();
    await expect.poll(() => hashOf(page)).toBe("#/overview?since=1h");
  });

  it("the filter is chosen from the list, too, and taken away again", async () => {
    const page = await open("#/requests");
    await page.getByRole("combobox", { name: "Route" }).selectOption("no route");
    await expect.poll(() => hashOf(page)).toBe("#/requests?route=");
    await page.getByRole("combobox", { name: "Route" }).selectOption("Route");
    await expect.poll(() => hashOf(page)).toBe("#/requests");
  });
});
