// The fixture that the AuthZEN certification scenario asks for, as a casbin policy of attributes.
import type { AuthzenSite } from "./authzen-kit.ts";

export const CERTIFICATION: AuthzenSite = {
  request: ["subject", "action", "resource"],
  model: `[request_definition]
r = sub, act, res
[policy_definition]
p = sub, act, res, when
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub.type == "user" && r.res.type == "record" && r.act.name == p.act && \
(p.sub == "*" || r.sub.id == p.sub) && (p.res == "*" || r.res.id == p.res) && eval(p.when)
`,
  rules: `p, alice, read, record-1, true
p, bob, read, record-1, true
p, alice, write, record-1, r.res.properties.status != 'archived'
p, *, write, *, r.sub.properties.role == 'admin' && r.res.properties.status == 'archived'
p, alice, delete, record-1, r.act.properties.soft
`,
  entities: `subjects:
  - { type: user, id: alice }
  - { type: user, id: bob, properties: { role: admin } }
resources:
  - { type: record, id: record-1, properties: { status: active } }
  - { type: record, id: record-2, properties: { status: archived } }
actions: [ { name: read }, { name: write }, { name: delete } ]
`,
};

export const ALICE = { type: "user", id: "alice" };
export const BOB = { type: "user", id: "bob" };
export const ADMIN = { ...BOB, properties: { role: "admin" } };
export const READ = { name: "read" };
export const WRITE = { name: "write" };
export const RECORD_1 = { type: "record", id: "record-1" };
export const RECORD_2 = { type: "record", id: "record-2" };
export const ACTIVE = { ...RECORD_1, properties: { status: "active" } };
export const ARCHIVED = { ...RECORD_2, properties: { status: "archived" } };
export const CONTEXT = { time: "2025-06-27T18:03-07:00", ip: "192.168.1.1" };
