// The stream of recorded decisions: its frame, its end whole or broken, at its reader's pace, over when that leaves.
import { get } from "node:http";
import { expect, test } from "vitest";
import { RECORDED_COLUMNS } from "../../src/policy/replay/recorded.ts";
import type { Store } from "../../src/store/client.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { startTestAdmin, type TestAdmin } from "./support/admin-kit.ts";

const PATH = "/api/v1/policy/recorded?since=1h";
const GROUP = `["x","","allow"]\n`;

interface Answers {
  /** How many answers of lines there are; each is this text. */
  readonly answers: number;
  readonly lines: (at: number) => Promise<Buffer>;
  /** Until it resolves, they are being counted. */
  readonly counted?: () => Promise<void>;
}

/** A store that holds 20,000 requests for each answer, a second apart. */
async function adminOver({
  answers,
  lines,
  counted = () => Promise.resolve(),
}: Answers): Promise<TestAdmin & { asked: () => number }> {
  let asked = 0;
  const rows = Array.from({ length: answers }, (_, at) => ({
    start: Math.floor(Date.now() / 300_000) * 300 - 300 * (answers - at),
    rows: 20_000,
  }));
  const store = {
    query: async () => {
      await counted();
      return { columns: [], rows };
    },
    lines: () => lines(asked++),
  } as unknown as Store;
  const admin = await startTestAdmin({
    store: () => store,
    storeHealth: () => ({ kind: "embedded", state: "ready", sinceMs: 0, error: null }),
  });
  return { ...admin, asked: () => asked };
}

const full = (): Promise<Buffer> => Promise.resolve(Buffer.from(GROUP.repeat(15_000)));

async function linesOf(response: Response): Promise<unknown[]> {
  const text = await response.text();
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

test("begins with its columns and a count, ends with the number of groups", async () => {
  const { url, asked } = await adminOver({ answers: 3, lines: full });
  const response = await fetch(url + PATH);
  expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
  const lines = await linesOf(response);
  expect(lines[0]).toEqual({
    columns: RECORDED_COLUMNS,
    since: expect.stringMatching(/Z$/),
    until: expect.stringMatching(/Z$/),
    requests: 60_000,
  });
  expect(lines.at(-1)).toEqual({ groups: 45_000 });
  expect(lines).toHaveLength(45_002);
  expect(asked()).toBe(3);
});

test("that the store fails is said where it breaks off", async () => {
  const { url } = await adminOver({
    answers: 3,
    lines: (at) => (at < 1 ? full() : Promise.reject(new StoreError("gone", null))),
  });
  const lines = await linesOf(await fetch(url + PATH));
  expect(lines).toHaveLength(15_002);
  expect(lines.at(-1)).toMatchObject({ problem: { code: "store_unavailable" } });
});

test("a HEAD asks the store for no groups", async () => {
  const { url, asked } = await adminOver({ answers: 1, lines: full });
  expect((await fetch(url + PATH, { method: "HEAD" })).status).toBe(200);
  expect(asked()).toBe(0);
});

test("waits for its reader, ends with it, and only two read at once", async () => {
  const megabytes = Buffer.from(`["${"x".repeat(4096)}"]\n`.repeat(12_000));
  const { url, asked } = await adminOver({ answers: 9, lines: () => Promise.resolve(megabytes) });
  const unread = await Promise.all([opened(url), opened(url)]);
  const refused = await fetch(url + PATH);
  expect([refused.status, await refused.json()]).toMatchObject([503, { code: "busy" }]);
  // Each may have asked for what fills its connection, and no more.
  expect(asked()).toBeLessThanOrEqual(4);
  for (const leave of unread) leave();
  await expectRoom(url);
});

test("whoever leaves while it is counted takes no place", async () => {
  const waiting: (() => void)[] = [];
  let isHeld = true;
  const counted = (): Promise<void> =>
    isHeld ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve();
  const { url, asked } = await adminOver({ answers: 1, lines: full, counted });
  const asking = [get(url + PATH), get(url + PATH)];
  for (const request of asking) request.on("error", () => undefined);
  await expect.poll(() => waiting.length).toBe(2);
  isHeld = false;
  for (const request of asking) request.destroy();
  // By then their ends have been read, too.
  await fetch(`${url}/healthz`);
  for (const resolve of waiting) resolve();
  await expectRoom(url);
  expect(asked()).toBeLessThanOrEqual(1);
});

/** Whoever has left is soon noticed. */
async function expectRoom(url: string): Promise<void> {
  let response = await fetch(url + PATH);
  for (let turn = 0; response.status === 503 && turn < 100; turn++) {
    await response.arrayBuffer();
    response = await fetch(url + PATH);
  }
  expect(response.status).toBe(200);
  await response.body?.cancel();
}

/** Resolves with the head's arrival, and reads nothing of the body. */
function opened(url: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = get(url + PATH, (response) => {
      response.pause();
      resolve(() => void request.destroy());
    });
    request.on("error", reject);
  });
}
