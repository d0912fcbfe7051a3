// Planted secrets are looked for in everything that a real weir prints, answers, spools and stores.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exitOf, cleanUp, configOf, createSite, spawnWeir } from "../support/weir-process.ts";
import { type Site, startWeir, type WeirProcess } from "../support/weir-process.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const SECRETS = {
  env: "planted-env-4f1d0c9a",
  file: "planted-file-77c2e0b1",
  exec: "planted-exec-0a9b8c7d",
  owner: "planted-owner-token-5e6f",
  viewer: "planted-viewer-token-1a2b",
  wrong: "planted-wrong-key-9d8c",
  query: "planted-query-value-3c4d",
  path: "planted-path-part-8e7f",
  cookie: "planted-cookie-6b5a",
  password: "planted-password-2d1c",
  basic: Buffer.from("eve:planted-password-2d1c").toString("base64"),
  fragment: "planted-fragment-4a3b",
  agent: "planted-agent-9f8e",
  header: "planted-header-7d6c",
  fieldKey: Buffer.from("planted-field-key-of-32-bytes-ab").toString("base64"),
} as const;

let upstream: Upstream;
let site: Site;
let weir: WeirProcess;
let answers = "";
let exported = "";

const receiver = createServer((request, response) => {
  request.setEncoding("utf8").on("data", (chunk: string) => (exported += chunk));
  request.on("end", () => response.writeHead(200).end("{}"));
});

beforeAll(async () => {
  upstream = await startUpstream();
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  site = createSite(config(""), {
    "key.txt": `${SECRETS.file}\n`,
    "print.mjs": `console.log(${JSON.stringify(SECRETS.exec)})`,
    "owner.txt": SECRETS.owner,
    "fields.key": SECRETS.fieldKey,
    "model.conf": MODEL,
    "policy.csv": "p, *\n",
  });
  const { port } = receiver.address() as AddressInfo;
  weir = await startWeir(site, {
    ALICE_KEY: SECRETS.env,
    VIEWER: SECRETS.viewer,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: "200",
  });
});

afterAll(() => {
  upstream.close();
  receiver.closeAllConnections();
  receiver.close();
  cleanUp();
});

function config(more: string): string {
  const text = configOf({ upstreams: [upstream.url], more: `${more}${IDENTITY}` });
  return text
    .replace("admin: { listen: 127.0.0.1:0 }", ADMIN)
    .replace("service: all }", "service: all, authenticate: [ key ] }");
}

const ADMIN = `admin:
  listen: 127.0.0.1:0
  token: "\${file:owner.txt}"
  tokens: [ { token: "\${env:VIEWER}", name: vera, role: viewer } ]`;
const MODEL = `[request_definition]
r = sub, path, referer, cookie, agent
[policy_definition]
p = path
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = keyMatch(r.path, p.path)
`;
const IDENTITY = `policy:
  model: model.conf
  rules: policy.csv
  request: [ identity.subject, request.path, request.header.referer, request.header.cookie, request.header.user-agent ]
telemetry:
  headers: [ referer, cookie, x-chosen ]
  redact: { path: [ "/reset/:token" ] }
  protect: { key: "\${file:fields.key}", encrypt: [ user_agent, headers.x-chosen ], hash: [ client_address ] }
identity:
  keys:
    - { key: "\${env:ALICE_KEY}", subject: alice }
    - { key: "\${file:key.txt}", subject: bob }
    - { key: "\${exec:node print.mjs}", subject: carol }
`;

const told = {
  cookie: `session=${SECRETS.cookie}`,
  referer: `http://u:${SECRETS.password}@a.example/reset/${SECRETS.path}?token=${SECRETS.query}#${SECRETS.fragment}`,
  "user-agent": SECRETS.agent,
  "x-chosen": SECRETS.header,
};

async function ask(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  answers += `${JSON.stringify([...response.headers])}${await response.text()}\n`;
  return response.status;
}

const reload = (token: string): Promise<number> =>
  ask(`${weir.admin}/api/v1/reload`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });

test("secrets by all three references are known, and changes are told of by name", async () => {
  const statuses: number[] = [];
  for (const key of [SECRETS.env, SECRETS.file, SECRETS.exec, SECRETS.wrong]) {
    const path = `/reset/${SECRETS.path}/a?token=${SECRETS.query}&x=1`;
    statuses.push(await ask(`${weir.proxy}${path}`, { headers: { ...told, "x-api-key": key } }));
  }
  const basic = { ...told, authorization: `Basic ${SECRETS.basic}` };
  statuses.push(await ask(`${weir.proxy}/reset/${SECRETS.path}`, { headers: basic }));
  statuses.push(await ask(`${weir.proxy}/reset/${SECRETS.path}/%2e%2f`, { headers: told }));
  expect(statuses).toEqual([200, 200, 200, 401, 401, 400]);
  expect([await reload(SECRETS.viewer), await reload(SECRETS.owner)]).toEqual([403, 200]);
  site.write(config("nonsense: 1\n"));
  expect(await reload(SECRETS.owner)).toBe(422);
  const check = spawnWeir(["check", "-c", site.file], { env: { ALICE_KEY: SECRETS.env } });
  await exitOf(check.child);
  answers += check.output() + check.errors();
  expect(check.errors() + check.output()).toContain("VIEWER");
  await weir.drained();
  const changes = await weir.sql(
    "SELECT principal, status, decision, attributes['audit.action'] AS action FROM requests WHERE kind = 'audit' AND status != 0 ORDER BY started_at LIMIT 3",
  );
  expect(changes.map((row) => Object.values(row).join())).toEqual([
    "vera,403,deny,reload",
    "admin.token,200,allow,reload",
    "admin.token,422,allow,reload",
  ]);
});

test("and stand nowhere in what weir wrote", async () => {
  answers += JSON.stringify(await weir.sql("SELECT * FROM requests"));
  const api = `${weir.admin}/api/v1`;
  for (const path of ["status", "routes", "services", "requests", "openapi.json", "query/audit"]) {
    expect(await ask(`${api}/${path}`)).toBe(200);
  }
  await ask(`${weir.admin}/metrics`);
  const exit = await weir.stop();
  expect(exit.code).toBe(0);
  const texts = new Map([
    ["answers", answers],
    ["output", weir.output() + weir.errors()],
    ["spans", exported],
    ...filesBelow(site.data).map((file) => [file, readFileSync(file, "latin1")] as const),
  ]);
  expect(texts.size).toBeGreaterThan(10);
  for (const [where, text] of texts) {
    for (const secret of Object.values(SECRETS)) expect(text.includes(secret), where).toBe(false);
  }
  // The search finds what is there.
  expect(answers).toContain("alice");
  expect(answers).toContain("/reset/-/a");
  expect(exported).toContain("/reset/-/a");
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
