// The stream of recorded decisions as a client reads it: in any pieces, whole or not, of this version or another.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type AdminClient, createAdminClient } from "../../src/cli/admin-client.ts";
import { CommandError } from "../../src/cli/command-error.ts";
import { askRecorded } from "../../src/cli/recorded.ts";
import { RECORDED_COLUMNS, type RecordedGroup } from "../../src/policy/replay/recorded.ts";
import { group } from "../policy/recorded-group.ts";
import { startAdminFixture } from "./support/admin-fixture.ts";

const HEAD = { columns: RECORDED_COLUMNS, since: "s", until: "u", requests: 3 };

/** A weir that sends these bytes in pieces of so many. */
function sending(text: string, pieceBytes = 7): AdminClient {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, (at += pieceBytes)));
    },
  });
  return {
    ...createAdminClient({ url: "http://x", token: "" }),
    lines: () => Promise.resolve(body),
  };
}

function textOf(...lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function valuesOf(recorded: RecordedGroup): unknown[] {
  return RECORDED_COLUMNS.map((name) => recorded[name]);
}

async function read(client: AdminClient): Promise<RecordedGroup[]> {
  const groups: RecordedGroup[] = [];
  for await (const batch of (await askRecorded(client, {})).batches) groups.push(...batch);
  return groups;
}

async function refusal(client: AdminClient): Promise<string> {
  try {
    await read(client);
  } catch (thrown) {
    if (thrown instanceof CommandError) return thrown.code;
    throw thrown;
  }
  return "";
}

test("is the same in whatever pieces it comes", async () => {
  const text = fc.string({ unit: "binary", maxLength: 12 });
  const groups = fc.array(
    fc
      .tuple(text, text, fc.nat(9))
      .map(([path, rule, requests]) => group({ path, rule, requests, request: [path, rule] })),
    { maxLength: 9 },
  );
  await fc.assert(
    fc.asyncProperty(groups, fc.integer({ min: 1, max: 90 }), async (sent, pieceBytes) => {
      const lines = [HEAD, ...sent.map(valuesOf), { groups: sent.length }];
      expect(await read(sending(textOf(...lines), pieceBytes))).toEqual(sent);
    }),
    { numRuns: 200 },
  );
});

test.each<[string, string, string]>([
  ["ends early", "broken_off", textOf(HEAD, valuesOf(group()))],
  ["ends within a line", "broken_off", textOf(HEAD) + '[["a"'],
  ["lacks a group", "broken_off", textOf(HEAD, { groups: 1 })],
  ["is no JSON", "broken_off", `${textOf(HEAD)}oh\n`],
  ["has a line without end", "broken_off", textOf(HEAD) + "x".repeat(5_000_000)],
  ["has other columns", "other_version", textOf({ ...HEAD, columns: ["a"] })],
  ["has no head", "other_version", textOf(valuesOf(group()))],
  ["is empty", "other_version", ""],
  [
    "tells of a failure",
    "store_unavailable",
    textOf(HEAD, valuesOf(group()), {
      problem: { code: "store_unavailable", title: "t.", detail: "d" },
    }),
  ],
])("that it %s is an error, never an answer: %s", async (_, code, text) => {
  expect(await refusal(sending(text, 65_536))).toBe(code);
});

test.each<[string, object, string]>([
  ["of another version", { ...HEAD, columns: ["a"] }, "other_version"],
  ["whose reader leaves at once", HEAD, ""],
])("a stream %s is ended, so that the program can end", async (_, head, code) => {
  let ended = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(textOf(head))),
    cancel: () => void ended++,
  });
  const lines = (): Promise<typeof body> => Promise.resolve(body);
  const asked = askRecorded({ ...sending(""), lines }, {});
  if (code === "") for await (const _batch of (await asked).batches) break;
  else await expect(asked).rejects.toMatchObject({ code });
  expect(ended).toBe(1);
});

test("a connection that breaks is an error, and what answers something else is no weir", async () => {
  const path = "GET /api/v1/policy/recorded";
  const fixture = await startAdminFixture({
    [path]: (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(textOf(HEAD, valuesOf(group())), () => response.destroy());
    },
  });
  expect(await refusal(createAdminClient({ url: fixture.url, token: "" }))).toBe("broken_off");
  await fixture.close();
  const other = await startAdminFixture({ [path]: { body: {} } });
  expect(await refusal(createAdminClient({ url: other.url, token: "" }))).toBe("not_weir");
  await other.close();
});
