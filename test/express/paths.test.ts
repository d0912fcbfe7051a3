// Whatever a path is spelled like: Express runs, and http-proxy-middleware sends, what was decided on.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WeirError } from "../../src/core/errors.ts";
import { PATH_FORMS } from "../../src/core/normal-path.ts";
import { readTarget } from "../../src/proxy/path.ts";
import { anyTarget, nearMiss, targetWith } from "../proxy/support/path-readings.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { SEED } from "../support/seed.ts";
import { listen, startApp } from "./support.ts";

const RUNS = { numRuns: 150, seed: SEED };
const target = fc
  .oneof(targetWith(PATH_FORMS), targetWith(PATH_FORMS), nearMiss, anyTarget)
  .map((path) => `/open${path}`);

/** null: refused. */
function normalOf(raw: string): string | null {
  try {
    return readTarget(raw, "GET", PATH_FORMS).path;
  } catch (error) {
    if (error instanceof WeirError) return null;
    throw error;
  }
}

test(`middleware sends the path that was decided on, seed ${SEED}`, async () => {
  const sent: string[] = [];
  await using upstream = await listen((request, response) => {
    sent.push(request.url ?? "");
    response.end();
  });
  await using app = await startApp({
    endpoints: [upstream.url],
    config: {
      routes: [{ name: "all", service: "orders" }],
      paths: { allow: [...PATH_FORMS] },
    },
  });
  const property = fc.asyncProperty(target, async (raw) => {
    const normal = normalOf(raw.replace(/\?.*/s, ""));
    using client = await connectRaw(Number(new URL(app.url).port));
    client.send(requestText(`GET ${raw}`));
    const { status } = await client.response();
    const calls = sent.splice(0).map((url) => url.replace(/\?.*/s, ""));
    expect(calls).toEqual(status === 200 ? [normal] : []);
    if (status === 200) expect(app.rows.at(-1)).toMatchObject({ path: normal, decision: "allow" });
    else expect([400, 403]).toContain(status);
    if (status === 403) expect(normal).not.toMatch(/^\/open\/./);
  });
  await fc.assert(property, RUNS);
  expect(app.rows.filter(({ status }) => status === 200).length).toBeGreaterThan(30);
});

test(`a guarded handler runs for the path that was decided on, seed ${SEED}`, async () => {
  let ran: string[] = [];
  await using app = await startApp({
    endpoints: ["http://127.0.0.1:1"],
    config: { paths: { allow: [...PATH_FORMS] } },
    mount(to, weir) {
      to.set("env", "test");
      to.get("/open/*rest", weir.guard(), (request, response) => {
        ran = [request.params["rest"] ?? []].flat();
        response.end();
      });
    },
  });
  const property = fc.asyncProperty(target, async (raw) => {
    ran = [];
    using client = await connectRaw(Number(new URL(app.url).port));
    client.send(requestText(`GET ${raw}`));
    const { status } = await client.response();
    if (status !== 200) return;
    const { path } = app.rows.at(-1)!;
    const own = path.replace(/^\/open\//, "").split("/");
    expect(ran).toEqual(own.map(decodeURIComponent));
  });
  // Near misses are many: so that one of each form gets through for sure.
  await fc.assert(property, { ...RUNS, examples: [["/open/a%2Fb"], ["/open/a;b"]] });
  expect(app.rows.filter(({ status }) => status === 200).length).toBeGreaterThan(10);
  expect(app.rows.some(({ path, status }) => status === 200 && /%2F|;/.test(path))).toBe(true);
});
