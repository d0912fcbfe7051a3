// README's section on tokens, as it stands there: its commands run against a real weir; revocation outlives a restart.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import {
  cleanUp,
  createSite,
  exitOf,
  spawnWeir,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { startIssuer } from "../identity/tokens/support.ts";
import { startUpstream } from "./support/upstream.ts";

const ROOT = join(import.meta.dirname, "../..");
const SECTION = /## Take tokens\n([\s\S]*?)\n##+ /.exec(
  readFileSync(join(ROOT, "README.md"), "utf8"),
)![1]!;
const [YAML, INTROSPECTION] = [...SECTION.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text]) => text!,
) as [string, string];
/** Runs of lines that are indented by four blanks, outside the YAML. */
const COMMANDS = [...SECTION.replace(/```[\s\S]*?```/g, "").matchAll(/(?:^ {4}.*\n?)+/gm)].map(
  ([text]) => text,
);

afterAll(cleanUp);

test("README: a token of one's own, and its end", async () => {
  const upstream = await startUpstream();
  const site = createSite(
    `listen: { http: "127.0.0.1:0" }\nadmin: { listen: 127.0.0.1:0 }\ndata: ./data\nworkers: 2\nservices: { orders: { endpoints: [ "${upstream.url}" ] } }\n${YAML}`,
  );
  symlinkSync(join(ROOT, "node_modules"), join(site.folder, "node_modules"));
  const run = async (command: string, weir?: WeirProcess): Promise<string> => {
    const text = command
      .replaceAll("localhost:8080", new URL(weir?.proxy ?? "http://none").host)
      .replaceAll("localhost:9090", new URL(weir?.admin ?? "http://none").host);
    const ran = await promisify(execFile)("sh", ["-ec", text], { cwd: site.folder });
    return ran.stdout;
  };
  expect(COMMANDS).toHaveLength(3);
  const [keys, call, revoke] = COMMANDS as [string, string, string];
  await run(keys);
  let weir = await startWeir(site);
  expect(await run(call, weir)).toMatch(/^HTTP\/1.1 200/);
  const curl = /^ *curl.*$/m.exec(call)![0];
  for (let turn = 0; turn < 4; turn++) expect(await run(curl, weir)).toMatch(/^HTTP\/1.1 200/);
  expect(JSON.parse(await run(revoke, weir))).toMatchObject({ jti: "t-1", expires_at: null });
  for (let turn = 0; turn < 4; turn++) {
    expect(await run(curl, weir)).toMatch(/^HTTP\/1.1 401[\s\S]*error="invalid_token"/);
  }
  await weir.drained();
  expect(
    await weir.sql(
      "SELECT principal, principal_kind, issuer, roles, auth_outcome FROM requests WHERE route = 'orders' GROUP BY ALL ORDER BY principal",
    ),
  ).toEqual([
    {
      principal: "",
      principal_kind: "anonymous",
      issuer: "https://login.example.com",
      roles: [],
      auth_outcome: "revoked",
    },
    {
      principal: "alice",
      principal_kind: "token",
      issuer: "https://login.example.com",
      roles: ["dev"],
      auth_outcome: "ok",
    },
  ]);
  await weir.stop("SIGKILL");
  weir = await startWeir(site);
  expect(await run(curl, weir)).toMatch(/^HTTP\/1.1 401/);
  const list = `${weir.admin}/api/v1/revocations`;
  const same = "?issuer=https%3A%2F%2Flogin.example.com&jti=t-1";
  expect((await fetch(`${list}${same}`, { method: "DELETE" })).status).toBe(200);
  expect((await fetch(`${list}${same}`, { method: "DELETE" })).status).toBe(404);
  expect(await run(curl, weir)).toMatch(/^HTTP\/1.1 200/);
  const mistyped = await fetch(list, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ issuer: "https://login.example.com/", jti: "t-1" }),
  });
  expect([mistyped.status, await mistyped.json()]).toEqual([
    400,
    expect.objectContaining({ detail: expect.stringContaining("https://login.example.com") }),
  ]);
  const put = await fetch(list, { method: "PUT" });
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, DELETE"]);
  await weir.stop();
  // What was revoked must not hold again because nobody can tell what it was.
  writeFileSync(join(site.data, "revocations.json"), "[{");
  const refused = spawnWeir(["run", "-c", site.file]);
  const { code } = await exitOf(refused.child);
  expect([code, refused.errors()]).toEqual([2, expect.stringContaining("revocations.json")]);
  upstream.close();
});

test("README: opaque tokens, asked about once for each worker", async () => {
  const upstream = await startUpstream();
  const answer = { active: true, username: "alice", scope: "read write" };
  const issuer = await startIssuer({ "/introspect": answer });
  const config = INTROSPECTION.replace(
    "https://login.example.com/introspect",
    `${issuer.url}/introspect`,
  );
  const site = createSite(
    `listen: { http: "127.0.0.1:0" }\nadmin: { listen: 127.0.0.1:0 }\ndata: ./data\nworkers: 2\nservices: { orders: { endpoints: [ "${upstream.url}" ] } }\nroutes: [ { name: orders, service: orders, authenticate: [ jwt ] } ]\n${config}`,
  );
  const weir = await startWeir(site, { WEIR_SECRET: "s3cret-of-weir" });
  const ask = async (): Promise<number> => {
    const headers = { authorization: "Bearer 2YotnFZFEjr1zCsicMWpAA", connection: "close" };
    return (await fetch(`${weir.proxy}/a`, { headers })).status;
  };
  for (let turn = 0; turn < 20; turn++) expect(await ask()).toBe(200);
  expect([1, 2]).toContain(issuer.asked.length);
  await weir.drained();
  expect(await weir.sql("SELECT DISTINCT principal, issuer, roles FROM requests")).toEqual([
    { principal: "alice", issuer: "https://login.example.com", roles: ["read", "write"] },
  ]);
  await weir.stop();
  const seen = `${weir.errors()}${readdirSync(site.data, { recursive: true, encoding: "utf8" })
    .map((name) => join(site.data, name))
    .filter((file) => file.includes("spool") && statSync(file).isFile())
    .map((file) => readFileSync(file, "utf8"))
    .join("")}`;
  for (const secret of ["2YotnFZFEjr1zCsicMWpAA", "s3cret-of-weir"])
    expect(seen).not.toContain(secret);
  upstream.close();
});
