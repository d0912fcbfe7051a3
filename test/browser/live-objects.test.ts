// What an open page keeps in memory does not grow with how long it is open.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Fixture, startFixture } from "./support/fixture-server.ts";
import { liveObjects } from "./support/live-objects.ts";
import { usePages } from "./support/page.ts";

const TIMES = 15;
const ROUNDS = 5;

const openPage = usePages();
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

/** Going on after a pause asks for everything at once. */
async function refresh(page: Page, times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    await page.getByRole("button", { name: /^Pause/ }).click();
    const answered = page.waitForResponse((response) => response.url().includes("/query/summary"));
    await page.getByRole("button", { name: /^Go on/ }).click();
    await (await answered).finished();
  }
}

it("the live overview keeps no object of its refreshes", async () => {
  const page = await openPage(`${fixture.url}#/overview?since=15m`);
  await page.getByRole("application", { name: /^Latency: / }).waitFor();
  const session = await page.context().newCDPSession(page);
  const kept: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await refresh(page, TIMES);
    kept.push(await liveObjects(session));
  }
  const grown = kept.slice(1).map((count, round) => count - (kept[round] ?? 0));
  // One that is kept of each refresh would be enough in every round; what is made once grows in one of them.
  expect(Math.min(...grown), `objects: ${kept.join(", ")}`).toBeLessThan(TIMES);
});
