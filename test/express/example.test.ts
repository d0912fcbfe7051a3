// The example of src/express/README.md runs as it stands there, but for addresses and where rows go.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Express } from "express";
import { expect, test, vi } from "vitest";
import type { RequestRecord } from "../../src/telemetry/record.ts";
import { ask, listen } from "./support.ts";

const SRC = join(import.meta.dirname, "../../src/express");

interface Example {
  readonly app: Express;
  readonly close: () => Promise<void>;
}

/** As a module of its own, whose rows go to the global `exampleRows`. */
async function loadExample(folder: string, endpoint: string): Promise<Example> {
  const block = /```js\n([\s\S]*?)```/.exec(readFileSync(join(SRC, "README.md"), "utf8"))?.[1];
  const text = (block ?? "")
    .replaceAll(/http:\/\/127\.0\.0\.1:400\d/g, (url) =>
      url.endsWith("1") ? endpoint : "http://127.0.0.1:1",
    )
    .replace('from "weir/express"', `from "${pathToFileURL(join(SRC, "middleware.ts")).href}"`)
    .replace('from "express"', `from "${import.meta.resolve("express")}"`)
    .replace(
      "createWeir({",
      "createWeir({ rows: (row) => globalThis.exampleRows.push({ ...row }),",
    );
  const file = join(folder, "example.mjs");
  writeFileSync(file, text);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Example;
}

test("the README's example", async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-example-"));
  const rows: RequestRecord[] = [];
  vi.stubEnv("ALICE_KEY", "a-key-of-alice");
  vi.stubGlobal("exampleRows", rows);
  await using upstream = await listen((_request, response) => response.end("from upstream"));
  const { app, close } = await loadExample(folder, upstream.url);
  await using shop = await listen(app);
  const headers = { "x-api-key": "a-key-of-alice" };

  expect(await ask(`${shop.url}/catalogue/me`, { headers })).toMatchObject({
    status: 200,
    body: '{"you":"alice"}',
  });
  expect(await ask(`${shop.url}/orders/17`, { headers })).toMatchObject({ body: "from upstream" });
  expect(await ask(`${shop.url}/orders/17`, { headers, method: "DELETE" })).toMatchObject({
    status: 403,
  });
  expect(rows.map(({ route, status, decision }) => [route, status, decision])).toEqual([
    ["me", 200, "allow"],
    ["orders", 200, "allow"],
    ["orders", 403, "deny"],
  ]);

  await close();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});
