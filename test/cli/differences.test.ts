// `weir differences`: what it asks, and how what it is told reads.
import { afterEach, expect, test } from "vitest";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";

const value = (text: string, [selected, rest]: readonly [number, number], score = 0) => {
  return { value: text, selected, rest, score, door: null };
};
const ANSWER = {
  requests: { selected: 60_000, rest: 180_000 },
  compared: { selected: 100, rest: 1000 },
  attributes: [
    {
      attribute: "upstream",
      values: [value("http://u2:1", [90, 10], 0.78), value("u1", [10, 990])],
    },
    // What these have less often comes last in an answer, and tells the most here.
    { attribute: "kind", values: [value("key", [99, 500], 0.4), value("none", [1, 500], 0.45)] },
    { attribute: "principal", values: [value("", [40, 0], 0.3), value("bob\u001b[2J", [20, 100])] },
  ],
};
const NOTHING = { requests: { selected: 0, rest: 9 }, compared: { selected: 0, rest: 9 } };

let fixture: AdminFixture;
afterEach(() => fixture.close());

async function differences(body: object, ...args: string[]) {
  fixture = await startAdminFixture({ "GET /api/v1/differences": { body } });
  const ended = await weirInProcess(["differences", "--admin", fixture.url, ...args], ".");
  const asked = fixture.asked.map(({ target }) => new URL(target, "http://x").searchParams);
  return { ...ended, asked: asked.map((params) => Object.fromEntries(params)) };
}

test("those that are slow and failed, compared among what filters leave", async () => {
  const args = "--slower-than 200ms --failed --since 2h --filter route=orders --filter method=GET";
  const { out, asked, status } = await differences(ANSWER, ...args.split(" "));
  const selected = { selected_min_duration_ms: "200", selected_status_class: "5xx" };
  expect(asked).toEqual([{ ...selected, since: "2h", route: "orders", method: "GET" }]);
  expect(status).toBe(0);
  expect(
    out
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd().replaceAll(/ {2,}/g, " | ")),
  ).toEqual([
    "60,000 requests took 200ms or more and failed, 180 k others since 2h.",
    "what | value | of these | of the others | differ by",
    "upstream | http://u2:1 | 90.0 % | 1.0 % | 78.0 %",
    "kind | none | 1.0 % | 50.0 % | 45.0 %",
    "kind | key | 99.0 % | 50.0 % | 40.0 %",
    "principal | (none) | 40.0 % | 0 % | 30.0 %",
    "principal | bob�[2J | 20.0 % | 10.0 % | 0 %",
  ]);
});

test.each([
  [["--from", "10m", "--status", "4xx"], { selected_since: "10m", selected_status_class: "4xx" }],
  [["--to", "5m", "--faster-than", "5ms"], { selected_until: "5m", selected_max_duration_ms: "5" }],
])("%j", async (args, expected) => {
  const { out, asked } = await differences({ ...NOTHING, attributes: [] }, ...args);
  expect(asked).toEqual([expected]);
  expect(out).toContain("There is nothing to compare; --since looks further back.");
});

test("equals, and JSON as it came", async () => {
  const equal = { ...ANSWER, attributes: [] };
  const { out } = await differences(equal, "--failed");
  expect(out).toContain("Nothing that can be relied on tells them apart.");
  await fixture.close();
  expect(JSON.parse((await differences(ANSWER, "--failed", "--json")).out)).toEqual(ANSWER);
});

test.each([
  [[], "say of which: --slower-than"],
  [["--slower-than", "fast"], "It is a time, such as 200ms"],
  [["--failed", "--filter", "x"], "It is KEY=VALUE"],
  [["--failed", "--status", "4xx"], "cannot be used with"],
])("%j is bad usage", async (args, words) => {
  const { status, err, asked } = await differences(ANSWER, ...args);
  expect([status, asked]).toEqual([2, []]);
  expect(err).toContain(words);
});
