// An admin server that answers AuthZEN by a test's own policy, and the rows it has written to its spool.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAdmin } from "../../../src/admin/server.ts";
import { loadConfigObject } from "../../../src/config/load.ts";
import { formatFaults } from "../../../src/config/fault.ts";
import { createAuthzen } from "../../../src/control/authzen/authzen.ts";
import { createDecisionLog } from "../../../src/control/authzen/decision-log.ts";
import { loadAll } from "../../../src/control/load-all.ts";
import { openSpool } from "../../../src/control/open-spool.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { rowsOf } from "../../telemetry/support/groups.ts";
import { adminParts } from "./admin-kit.ts";
import type { JsonObject } from "./json-schema.ts";
import { answerFaults, readOpenApi } from "./openapi.ts";

export interface AuthzenSite {
  readonly model: string;
  readonly rules: string;
  /** YAML. */
  readonly entities?: string;
  readonly request?: readonly string[];
  readonly url?: string;
  /** Further files, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further keys of the config. */
  readonly policy?: object;
  readonly more?: object;
}

type Body = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: Body;
}

export interface AuthzenServer {
  readonly url: string;
  /** A text is sent as it is. */
  readonly ask: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** By column, in the order of writing. */
  readonly rows: () => readonly Body[];
  readonly closeLog: () => void;
  readonly close: () => Promise<void>;
}

const TRAFFIC = { model: "traffic.conf", rules: "traffic.csv" };
const TRAFFIC_MODEL = `[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj
`;

export function writeSite(folder: string, site: AuthzenSite): object {
  const { request, entities, url } = site;
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write(TRAFFIC.model, TRAFFIC_MODEL);
  write(TRAFFIC.rules, "p, alice, /\n");
  write("model.conf", site.model);
  write("policy.csv", site.rules);
  if (entities !== undefined) write("entities.yaml", entities);
  for (const [name, text] of Object.entries(site.files ?? {})) write(name, text);
  const authzen = {
    model: "model.conf",
    rules: "policy.csv",
    ...(request === undefined ? {} : { request }),
    ...(entities === undefined ? {} : { entities: "entities.yaml" }),
    ...(url === undefined ? {} : { url }),
  };
  return {
    data: "data",
    services: { all: { endpoints: ["http://127.0.0.1:1"] } },
    routes: [{ name: "all", service: "all" }],
    policy: {
      ...TRAFFIC,
      request: ["identity.subject", "request.path"],
      authzen,
      ...site.policy,
    },
    ...site.more,
  };
}

export async function startAuthzen(site: AuthzenSite): Promise<AuthzenServer> {
  const folder = mkdtempSync(join(tmpdir(), "weir-authzen-"));
  const loaded = await loadAll(() => loadConfigObject(writeSite(folder, site), folder, {}));
  if (!loaded.ok) throw new Error(formatFaults(loaded.faults));
  const { next } = loaded;
  const spool = openSpool(next.config, 2);
  const parts = { spool, instance: "test-1", worker: 1, clock: systemClock, log: silentLog };
  const decisions = createDecisionLog(parts);
  const authzen = createAuthzen(() => next, decisions);
  const admin = await startAdmin(adminParts({ running: () => next, authzen }));
  const url = `http://127.0.0.1:${admin.address.port}`;
  const check = await readChecker(url);
  return {
    url,
    async ask(path, body, headers) {
      const answer = await ask(url + path, body, headers);
      check(path, answer);
      return answer;
    },
    rows: () => rowsIn(spool.folder),
    closeLog: decisions.close,
    async close() {
      await admin.close();
      decisions.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Check = (path: string, answer: Answer) => void;

/** Holds each answer against the document that describes it. */
async function readChecker(url: string): Promise<Check> {
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as JsonObject;
  const operations = readOpenApi(document);
  return (path, answer) => {
    const operation = operations.find((each) => each.path === path && each.method === "post");
    if (operation === undefined) throw new Error(`${path} is not described`);
    const faults = answerFaults(document, operation, {
      ...answer,
      body: answer.body as JsonObject,
    });
    if (faults.length > 0) throw new Error(`${faults.join("\n")}: ${JSON.stringify(answer.body)}`);
  };
}

async function ask(url: string, body: unknown, headers = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    type,
    headers: response.headers,
    body: (await response.json()) as Body,
  };
}

function rowsIn(folder: string): readonly Body[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".rows"));
  return files.sort().flatMap((name) => rowsOf(readFileSync(join(folder, name)))) as Body[];
}
