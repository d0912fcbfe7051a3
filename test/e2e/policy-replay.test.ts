// Traffic through a real weir, recorded in a real store, decided again under a changed policy.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { weirPolicy } from "../cli/support/in-process.ts";
import type { Ended } from "../cli/support/weir.ts";
import {
  createSite,
  cleanUp,
  type Site,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const MODEL = model({
  matcher: '(p.sub == "*" || g(r.sub, p.sub)) && keyMatch2(r.obj, p.obj) && r.act == p.act',
});
const RULES = `p, role:customer, /orders/:id, GET
p, role:customer, /orders, POST
p, *, /open, GET
p, *, /never, GET
g, alice, role:customer
`;

let site: Site;
let upstream: Upstream;
let weir: WeirProcess;

function configOver(
  url: string,
  request = "identity.subject, request.path, request.method",
): string {
  return `listen: { http: "127.0.0.1:0" }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 1
store: embedded
services: { all: { endpoints: [ "${url}" ] } }
routes:
  - { name: open, match: { path: /open }, service: all }
  - { name: all, match: { path: /** }, service: all, authenticate: [ key ] }
identity:
  keys: [ { key: alice-key-0123456789, subject: alice }, { key: bob-key-0123456789, subject: bob } ]
policy: { model: model.conf, rules: policy.csv, request: [ ${request} ] }
`;
}

/** [key, method, path, times]; what the policy says of each is in RULES. */
const TRAFFIC: readonly (readonly [string, string, string, number])[] = [
  ["alice-key", "GET", "/orders/1", 3],
  ["alice-key", "GET", "/orders/2", 2],
  ["alice-key", "POST", "/orders", 1],
  ["alice-key", "DELETE", "/orders/1", 2],
  ["bob-key", "GET", "/orders/1", 4],
  ["", "GET", "/open", 2],
  ["wrong-key", "GET", "/orders/1", 1],
];

beforeAll(async () => {
  upstream = await startUpstream();
  site = createSite(configOver(upstream.url));
  writePolicy("", RULES);
  weir = await startWeir(site);
  for (const [key, method, path, times] of TRAFFIC) {
    const headers = key === "" ? {} : { "x-api-key": `${key}-0123456789` };
    for (let at = 0; at < times; at++) {
      await (await fetch(weir.proxy + path, { method, headers })).arrayBuffer();
    }
  }
  await weir.drained();
});

afterAll(async () => {
  await weir?.stop();
  cleanUp();
  upstream?.close();
});

function writePolicy(folder: string, rules: string): string {
  site.put({ [join(folder, "model.conf")]: MODEL, [join(folder, "policy.csv")]: rules });
  return join(site.folder, folder);
}

function replay(...args: readonly string[]): Promise<Ended> {
  return weirPolicy(["replay", "--admin", weir.admin, "--since", "1h", ...args]);
}

test("the same policy changes nothing, and says what could not be decided", async () => {
  const { status, out } = await replay("--candidate", writePolicy("same", RULES), "--json");
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    revision: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    requests: 15,
    replayed: 14,
    skipped: { not_asked: 1, no_policy: 0 },
    gains: [],
    losses: [],
  });
});

test("a changed policy: exactly what it changes, gains and losses, each with its rules and a trace", async () => {
  const rules = `p, role:customer, /orders/1, GET
p, role:customer, /orders, POST
p, role:customer, /orders/:id, DELETE
p, *, /open, GET
g, alice, role:customer
`;
  const next = writePolicy("next", rules);
  const { status, out } = await replay("--candidate", next, "--json");
  expect(status).toBe(1);
  const { gains, losses } = JSON.parse(out) as Record<string, Record<string, unknown>[]>;
  expect(gains).toMatchObject([
    {
      principal: "alice",
      route: "all",
      method: "DELETE",
      requests: 2,
      rule: "p, role:customer, /orders/:id, DELETE",
      rule_source: expect.stringMatching(/policy\.csv:3$/) as string,
      recorded_rule: "",
      request: ["alice", "/orders/1", "DELETE"],
    },
  ]);
  expect(losses).toMatchObject([
    {
      principal: "alice",
      method: "GET",
      requests: 2,
      path: "/orders/2",
      rule: "",
      recorded_rule: "p, role:customer, /orders/:id, GET",
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    },
  ]);
  const words = await replay("--candidate", next);
  expect(words.status).toBe(1);
  expect(words.out).toContain("GAINS, denied and would be allowed: 2 requests");
  expect(words.out.indexOf("GAINS")).toBeLessThan(
    words.out.indexOf("LOSSES, allowed and would be denied: 2 requests"),
  );
});

test("--fail-on names what is a finding", async () => {
  const gaining = writePolicy("gaining", `${RULES}p, bob, /orders/:id, GET\n`);
  const exit = async (kinds: string): Promise<number | null> =>
    (await replay("--candidate", gaining, "--fail-on", kinds)).status;
  expect(await exit("new-allow")).toBe(1);
  expect(await exit("new-deny")).toBe(0);
  expect(await exit("new-deny,new-allow")).toBe(1);
  const wrong = await replay("--candidate", gaining, "--fail-on", "gains");
  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain("It is new-deny, new-allow");
});

test("a window, a route or a caller that nothing is of, and what can't be decided, is no pass", async () => {
  const none = writePolicy("none", "p, nobody, /, GET\n");
  const empty = await replay("--candidate", none, "--route", "other");
  expect(empty).toMatchObject({
    status: 2,
    out: expect.stringContaining("Nothing was recorded"),
    err: expect.stringContaining("weir: no decision was recorded in that time"),
  });
  const narrow = ["--candidate", none, "--route", "other", "--fail-on", "new-deny"];
  expect((await replay(...narrow)).status).toBe(2);
  expect(await replay(...narrow, "--allow-empty")).toMatchObject({ status: 0, err: "" });
  const asJson = await replay(...narrow, "--json");
  expect([asJson.status, JSON.parse(asJson.out), asJson.err]).toMatchObject([2, { ok: false }, ""]);
  expect((await replay("--candidate", none, "--principal", "alice")).status).toBe(1);
  const files = ["--rules", join(none, "policy.csv"), "--model", join(none, "two.conf")];
  writeFileSync(join(none, "two.conf"), TWO_FIELDS);
  writeFileSync(join(none, "policy.csv"), "p, alice, GET\n");
  const other = await replay(...files);
  expect(other.status).toBe(2);
  expect(other.out).toContain("not 14: the candidate's model takes another number of fields");
  expect((await replay(...files, "--allow-empty")).status).toBe(2);
});

const TWO_FIELDS = model({
  request: "sub, act",
  policy: "sub, act",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.sub == p.sub && r.act == p.act",
});

describe("weir policy propose", () => {
  const [since, until] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000));
  const window = ["--since", since!.toISOString(), "--until", until!.toISOString()];
  const propose = (...args: readonly string[]): Promise<Ended> =>
    weirPolicy(["propose", "-c", site.file, "--admin", weir.admin, ...window, ...args]);

  test("keeps what was allowed, grants nothing that was denied, names what nobody used", async () => {
    const { status, out, err } = await propose();
    expect([status, out.split("\n").filter((line) => /^[pg],/.test(line))]).toEqual([
      0,
      ["p, alice, /orders, POST", "p, alice, /orders/:id, GET", "p, anonymous, /open, GET"],
    ]);
    expect(out).toContain("# 5 requests of one caller, last ");
    expect(err).toContain("8 observed requests kept, 0 lost");
    expect(err).toContain("p, alice, /orders/:id, GET  (2 seen)");
    expect(err).toMatch(
      /decided nothing in this time:\n {2}\S*policy\.csv:4: p, \*, \/never, GET\n/,
    );
    expect((await propose()).out).toBe(out);
  });

  test("writes files that replay as it said, and never over others", async () => {
    const folder = join(site.folder, "proposed");
    const written = await propose("--out", folder);
    expect([written.status, written.err]).toEqual([0, ""]);
    const same = await replay("--candidate", folder, "--json");
    expect([same.status, JSON.parse(same.out)]).toMatchObject([0, { gains: [], losses: [] }]);
    const again = await propose("--out", folder);
    expect([again.status, again.out]).toEqual([2, expect.stringContaining("--force")]);
    expect((await propose("--out", folder, "--force")).status).toBe(0);
  });

  test("as JSON; what has too little support is left out as wished", async () => {
    const { status, out } = await propose("--json", "--min-support", "3");
    expect([status, JSON.parse(out)]).toMatchObject([
      0,
      {
        allowed_requests: 8,
        kept_requests: 5,
        lost_requests: 3,
        below_support_requests: 3,
        newly_allowed_requests: 0,
        holders: [{ name: "alice", members: [], rules: [{ requests: 5, paths: 2 }] }],
      },
    ]);
  });

  test("says so where nothing was allowed, or the policy asks something else", async () => {
    const nobody = await propose("--principal", "bob");
    expect([nobody.status, nobody.err]).toEqual([
      2,
      expect.stringContaining("nothing was allowed"),
    ]);
    const request = "[ identity.subject, request.method ]";
    site.put({
      "two.conf": TWO_FIELDS,
      "two.csv": "p, alice, GET\n",
      "other.yaml": `policy: { model: two.conf, rules: two.csv, request: ${request} }\n`,
    });
    const refused = await propose("-c", join(site.folder, "other.yaml"));
    expect([refused.status, refused.out]).toEqual([
      2,
      expect.stringContaining("a policy can be proposed where it is [ identity.subject,"),
    ]);
  });
});

test("faults of the candidate, and a weir that is not there, are told before anything is asked", async () => {
  const broken = await replay("--candidate", writePolicy("broken", "p, alice\n"));
  expect([broken.status, broken.out]).toEqual([2, expect.stringContaining("policy.csv:1")]);
  expect((await weirPolicy(["replay"])).err).toContain("--candidate DIR");
  const nobody = ["replay", "--candidate", site.folder, "--admin", "http://127.0.0.1:1"];
  expect((await weirPolicy(nobody)).status).toBe(2);
});

const ATTRIBUTES = model({
  request: "who, req",
  policy: "who, path",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.who.subject == p.who && keyMatch2(r.req.path, p.path)",
});

test("requests that were asked as objects are decided again, too, and no policy is proposed of them", async () => {
  const own = createSite(configOver(upstream.url, "identity, request"));
  own.put({
    "model.conf": ATTRIBUTES,
    "policy.csv": "p, alice, /orders/:id\n",
    "next/model.conf": ATTRIBUTES,
    "next/policy.csv": "p, bob, /orders/:id\n",
  });
  const other = await startWeir(own);
  onTestFinished(async () => void (await other.stop()));
  for (const name of ["alice", "bob"]) {
    const headers = { "x-api-key": `${name}-key-0123456789` };
    await (await fetch(`${other.proxy}/orders/1`, { headers })).arrayBuffer();
  }
  await other.drained();
  const candidate = join(own.folder, "next");
  const asked = ["--admin", other.admin, "--json"];
  const { status, out } = await weirPolicy(["replay", ...asked, "--candidate", candidate]);
  expect([status, JSON.parse(out)]).toMatchObject([
    1,
    { replayed: 2, gains: [{ principal: "bob" }], losses: [{ principal: "alice" }] },
  ]);
  expect((await weirPolicy(["propose", ...asked, "-c", own.file])).status).toBe(2);
});
