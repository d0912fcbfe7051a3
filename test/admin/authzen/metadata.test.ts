// AuthZEN's metadata, and which policy is asked: level Discovery of the certification scenario.
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { loadConfigObject } from "../../../src/config/load.ts";
import { type Loaded, loadAll } from "../../../src/control/load-all.ts";
import { ALICE, CERTIFICATION, READ, RECORD_1 } from "../support/authzen-certification.ts";
import {
  type AuthzenServer,
  type AuthzenSite,
  startAuthzen,
  writeSite,
} from "../support/authzen-kit.ts";

const PATH = "/.well-known/authzen-configuration";

let server: AuthzenServer | undefined;

afterEach(() => server?.close());

describe("the metadata", () => {
  it("names all endpoints below what was asked", async () => {
    server = await startAuthzen(CERTIFICATION);
    const { url } = server;
    const response = await fetch(url + PATH, { headers: { "x-request-id": "r-1" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("x-request-id")).toBe("r-1");
    expect(await response.json()).toEqual(endpointsBelow(url));
  });

  it("names the config's URL, where TLS ends before weir", async () => {
    const url = "https://pdp.example.com/tenant1";
    server = await startAuthzen({ ...CERTIFICATION, url });
    const response = await fetch(server.url + PATH);
    expect(await response.json()).toEqual(endpointsBelow(url));
  });

  it("does not repeat a Host that is none", async () => {
    server = await startAuthzen(CERTIFICATION);
    const { port } = new URL(server.url);
    for (const host of ["127.0.0.1:99999", "127.0.0.1:x", "127.0.0.1/a", "a@127.0.0.1"]) {
      expect(await statusFor(host, Number(port))).toBeGreaterThanOrEqual(400);
    }
  });
});

function endpointsBelow(url: string): object {
  return {
    policy_decision_point: url,
    access_evaluation_endpoint: `${url}/access/v1/evaluation`,
    access_evaluations_endpoint: `${url}/access/v1/evaluations`,
    search_subject_endpoint: `${url}/access/v1/search/subject`,
    search_resource_endpoint: `${url}/access/v1/search/resource`,
    search_action_endpoint: `${url}/access/v1/search/action`,
  };
}

function statusFor(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, host: "127.0.0.1", path: PATH, headers: { host } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on("error", reject).end();
  });
}

const TRAFFIC: AuthzenSite = {
  model: `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
`,
  rules: "p, alice, record-1, read\n",
};
const ENFORCED = {
  model: "model.conf",
  rules: "policy.csv",
  request: ["identity.subject", "request.path", "request.method"],
};
const FULL = { subject: ALICE, action: READ, resource: RECORD_1 };

describe("which policy is asked", () => {
  it("the enforced one, where the config says nothing", async () => {
    server = await startAuthzen({ ...TRAFFIC, policy: { ...ENFORCED, authzen: undefined } });
    const { ask, rows } = server;
    expect((await ask("/access/v1/evaluation", FULL)).body).toMatchObject({ decision: true });
    expect(rows()).toMatchObject([{ policy_request: ["alice", "record-1", "read"] }]);
  });

  it("the enforced one, with another order and a constant", async () => {
    const authzen = { request: ['"alice"', "context.record", "action.name"] };
    server = await startAuthzen({ ...TRAFFIC, policy: { ...ENFORCED, authzen } });
    const { ask } = server;
    const one = { ...FULL, context: { record: "record-1" } };
    expect((await ask("/access/v1/evaluation", one)).body).toMatchObject({ decision: true });
    expect((await ask("/access/v1/evaluation", FULL)).body).toMatchObject({ decision: false });
  });

  it("the enforced one and its candidate, which changes no answer", async () => {
    const shadow = { model: "model.conf", rules: "draft.csv" };
    const files = { "draft.csv": "p, bob, record-1, read\n" };
    server = await startAuthzen({
      ...TRAFFIC,
      files,
      policy: { ...ENFORCED, authzen: undefined, shadow },
    });
    const { ask, rows } = server;
    expect((await ask("/access/v1/evaluation", FULL)).body).toMatchObject({ decision: true });
    const bob = { ...FULL, subject: { type: "user", id: "bob" } };
    expect((await ask("/access/v1/evaluation", bob)).body).toMatchObject({ decision: false });
    expect(rows()).toMatchObject([
      { decision: "allow", shadow_decision: "deny", shadow_rule: "" },
      { decision: "deny", shadow_decision: "allow", shadow_rule: "p, bob, record-1, read" },
    ]);
  });

  it("none, where the enforced one takes other fields and the config says nothing", async () => {
    server = await startAuthzen({ ...TRAFFIC, policy: { authzen: undefined } });
    const { ask, url } = server;
    expect(await ask("/access/v1/evaluation", FULL)).toMatchObject({
      status: 404,
      body: { code: "no_policy" },
    });
    expect((await fetch(url + PATH)).status).toBe(404);
  });
});

async function load(site: AuthzenSite): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), "weir-authzen-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return loadAll(() => loadConfigObject(writeSite(folder, site), folder, {}));
}

describe("what is wrong is refused with its place", () => {
  it.each<[string, AuthzenSite, string, string, number]>([
    [
      "too few fields",
      { ...CERTIFICATION, request: ["subject.id"] },
      "policy.authzen.request",
      "this maps 1",
      2,
    ],
    [
      "an unknown field",
      { ...CERTIFICATION, request: ["subject.name"] },
      "policy.authzen.request[0]",
      "must be an AuthZEN field",
      1,
    ],
    ["a bad rule", { ...CERTIFICATION, rules: "p, alice\n" }, "policy.authzen.rules", "", 1],
    [
      "no rules",
      { ...CERTIFICATION, policy: { authzen: { model: "model.conf" } } },
      "policy.authzen.rules",
      "come together",
      1,
    ],
    [
      "entities that are not there",
      {
        ...CERTIFICATION,
        policy: { authzen: { request: ["subject.id", "resource.id"], entities: "none.yaml" } },
      },
      "policy.authzen.entities",
      "can't be read",
      1,
    ],
    [
      "entities without an end",
      {
        ...CERTIFICATION,
        policy: { authzen: { request: ["subject.id", "resource.id"], entities: "/dev/zero" } },
      },
      "policy.authzen.entities",
      "is no file",
      1,
    ],
    [
      "entities that are none",
      { ...CERTIFICATION, entities: "subjects:\n  - { type: user }\n" },
      "policy.authzen.entities",
      "id: write a text",
      2,
    ],
    [
      "a url with a path's end",
      { ...CERTIFICATION, url: "https://a.example/" },
      "policy.authzen.url",
      "must be http",
      1,
    ],
  ])("%s", async (...[, site, keyPath, words, line]) => {
    const loaded = await load(site);
    expect(loaded).toMatchObject({ ok: false, faults: [{ keyPath, line }] });
    expect(JSON.stringify(loaded)).toContain(words);
  });
});

describe("GET /api/v1/policy", () => {
  const described = async (site: AuthzenSite): Promise<unknown> => {
    server = await startAuthzen(site);
    const response = await fetch(`${server.url}/api/v1/policy`);
    return ((await response.json()) as { readonly authzen: unknown }).authzen;
  };

  it("tells of a policy of AuthZEN's own, by the revision of its rows", async () => {
    const authzen = await described(CERTIFICATION);
    await server?.ask("/access/v1/evaluation", {
      subject: ALICE,
      action: READ,
      resource: RECORD_1,
    });
    const [row] = server?.rows() ?? [];
    expect(authzen).toEqual({
      enforced: false,
      revision: row?.["policy_revision"],
      rules: CERTIFICATION.rules.match(/^[pg],/gm)?.length,
      model_file: expect.stringMatching(/model\.conf$/) as unknown,
      rules_file: expect.stringMatching(/policy\.csv$/) as unknown,
      entities_file: expect.stringMatching(/entities\.yaml$/) as unknown,
      request: CERTIFICATION.request,
    });
  });

  it("tells that it is the enforced one, or that none takes such requests", async () => {
    const policy = { model: "model.conf", rules: "policy.csv", authzen: undefined };
    const three = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub
`;
    const request = ["identity.subject", "request.path", "request.method"];
    const site = { model: three, rules: "p, a, b, c\n", policy: { ...policy, request } };
    expect(await described(site)).toMatchObject({
      enforced: true,
      rules: 1,
      entities_file: null,
      request: ["subject.id", "resource.id", "action.name"],
    });
    await server?.close();
    expect(await described({ ...site, policy: { authzen: undefined } })).toBeNull();
  });
});
