// Reloading a large policy under load: every answer is that of one whole revision.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { type DataPlane, startDataPlane } from "../../../src/control/data-plane.ts";
import { loadAll } from "../../../src/control/load-all.ts";
import { openSpool } from "../../../src/control/open-spool.ts";
import { createReloader } from "../../../src/control/reloader.ts";
import { silentLog } from "../../../src/core/log.ts";
import { openWorkerThread } from "../../../src/proxy/worker-thread.ts";
import { model } from "../../policy/support.ts";

const REVISIONS = 6;
const CLIENTS = 4;
const MODEL = model({ matcher: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act" });
const CONFIG = `listen: { http: 127.0.0.1:0 }
workers: 2
data: data
services: { a: { endpoints: ["http://127.0.0.1:9"] } }
routes: [{ name: all, service: a }]
policy: { model: model.conf, rules: rules.csv, explain: true, request: [identity.subject, request.path, request.method] }
`;

/**
 * In revision n the caller holds role n, which a rule of n denies; to every other role the path is open.
 * So rules of one revision with links of another would allow, and a missing half would deny without a rule.
 */
function rulesOf(revision: number): string {
  const other = Array.from(
    { length: 7000 },
    (_, at) => `p, team${at}, /items/:id/${at}, GET, allow`,
  );
  const open = Array.from({ length: REVISIONS + 1 }, (_, at) =>
    at === revision
      ? `p, role${at}, /orders/:id, GET, deny`
      : `p, role${at}, /orders/:id, GET, allow`,
  );
  return [...other, ...open, `g, anonymous, role${revision}`].join("\n");
}

interface Answer {
  readonly status: number;
  /** Of the rule that decided; -1: there was none. */
  readonly revision: number;
}

function ask(port: number, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, agent, host: "127.0.0.1", path: "/orders/7" }, (reply) => {
      let body = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      reply.on("end", () => {
        const [, revision = "-1"] = /p, role(\d+), /.exec(body) ?? [];
        resolve({ status: reply.statusCode ?? 0, revision: Number(revision) });
      });
    });
    sent.on("error", reject).end();
  });
}

/** Asks until it is told to stop: each answer with the revision that was surely in force when it was asked for. */
async function askOn(plane: DataPlane, state: { inForce: number; done: boolean }): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let asked = 0;
  for (; !state.done; asked++) {
    const before = state.inForce;
    const { status, revision } = await ask(plane.workers.ports.http, agent);
    expect(status).toBe(403);
    expect(revision).toBeGreaterThanOrEqual(before);
    expect(revision).toBeLessThanOrEqual(state.inForce + 1);
  }
  agent.destroy();
  return asked;
}

test("a request sees one whole revision, and never an empty or a mixed one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-swap-"));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write("weir.yaml", CONFIG);
  write("model.conf", MODEL);
  write("rules.csv", rulesOf(0));
  const load = () => loadConfig(join(folder, "weir.yaml"), {});
  const first = await loadAll(load);
  if (!first.ok) throw new Error(JSON.stringify(first.faults));
  const plane = await startDataPlane({
    revoked: [],
    initial: first.next,
    spool: openSpool(first.next.config, 2),
    first: openWorkerThread({ index: 0, log: silentLog }),
    log: silentLog,
  });
  await plane.workers.startOthers();
  onTestFinished(async () => {
    await plane.workers.drain(0);
    rmSync(folder, { recursive: true });
  });
  const { publish } = plane;
  const reloader = createReloader({ initial: first.next, load, publish, log: silentLog });
  const state = { inForce: 0, done: false };
  const reloadAll = async (): Promise<void> => {
    for (let revision = 1; revision <= REVISIONS; revision++) {
      write("rules.csv", rulesOf(revision));
      expect(await reloader.reload()).toMatchObject({ ok: true });
      state.inForce = revision;
    }
  };
  const clients = Array.from({ length: CLIENTS }, () => askOn(plane, state));
  const reloaded = reloadAll().finally(() => (state.done = true));
  const [asked] = await Promise.all([Promise.all(clients), reloaded]);
  for (const count of asked) expect(count).toBeGreaterThan(REVISIONS);
});
