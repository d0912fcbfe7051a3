// By which roles the deciding rule matches, as a decision and its row say it.
import { expect, it } from "vitest";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import { loaded, model, MODEL, RULES } from "../support.ts";

const CHAIN = Array.from({ length: 10 }, (_, at) => `g, n${at}, n${at + 1}`).join("\n");
const DOMAINS = model({
  request: "sub, dom, obj",
  policy: "sub, dom, obj",
  roles: "g = _, _, _",
  effect: EFFECTS.allowOverride,
  matcher: "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj",
});
const TWO = model({
  roles: "g = _, _\ng2 = _, _",
  matcher: "g(r.sub, p.sub) && g2(r.obj, p.obj) && r.act == p.act",
});

it.each([
  ["one link", MODEL, RULES, ["alice", "/orders", "GET"], ["alice", "role:customer"]],
  ["of a deny", MODEL, RULES, ["dave", "/orders", "GET"], ["dave", "role:suspended"]],
  ["equal names", MODEL, RULES, ["role:customer", "/orders", "GET"], []],
  ["no rule", MODEL, RULES, ["eve", "/orders", "GET"], []],
  [
    "a chain of ten",
    MODEL,
    `p, n10, /, GET\n${CHAIN}`,
    ["n0", "/", "GET"],
    Array.from({ length: 11 }, (_, at) => `n${at}`),
  ],
  [
    "of its domain",
    DOMAINS,
    "p, admin, d2, x\ng, a, admin, d1\ng, a, lead, d2\ng, lead, admin, d2",
    ["a", "d2", "x"],
    ["a", "lead", "admin"],
  ],
  [
    "the first of two definitions",
    TWO,
    "p, team, all, GET\ng, a, team\ng2, /x, all",
    ["a", "/x", "GET"],
    ["a", "team"],
  ],
  [
    "the only one that is a path",
    TWO,
    "p, team, all, GET\ng2, /x, all",
    ["team", "/x", "GET"],
    ["/x", "all"],
  ],
  [
    "of the alternative that holds",
    model({ matcher: '(p.sub == "*" || g(r.sub, p.sub)) && r.obj == p.obj && r.act == p.act' }),
    "p, team, /x, GET\ng, a, team",
    ["a", "/x", "GET"],
    ["a", "team"],
  ],
  [
    "none where another alternative holds",
    model({ matcher: '(p.sub == "*" || g(r.sub, p.sub)) && r.obj == p.obj && r.act == p.act' }),
    "p, *, /x, GET\ng, a, *",
    ["a", "/x", "GET"],
    [],
  ],
  [
    "none of what must not be held",
    model({ matcher: "!g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act" }),
    "p, team, /x, GET\ng, a, other",
    ["a", "/x", "GET"],
    [],
  ],
] as const)("%s", async (...[, modelText, rules, request, path]) => {
  const snapshot = await loaded(modelText, rules);
  expect(snapshot.decide(request).rolePath).toEqual(path);
  expect(snapshot.decide(request).rolePath).toEqual(path);
});

it("is of each subject its own", async () => {
  const { decide } = await loaded(MODEL, RULES);
  const pathOf = (who: string): readonly string[] => decide([who, "/orders", "GET"]).rolePath;
  expect(["alice", "dave", "alice"].map(pathOf)).toEqual([
    ["alice", "role:customer"],
    ["dave", "role:suspended"],
    ["alice", "role:customer"],
  ]);
});

it("is remembered by all that it depends on", async () => {
  const chosen = await loaded(
    model({ matcher: '(r.act == "x" && r.obj == p.obj) || g(r.sub, p.sub) && r.act == p.act' }),
    "p, team, /a, x\ng, a, team",
  );
  const pathOf = (...request: string[]): readonly string[] => chosen.decide(request).rolePath;
  expect(pathOf("a", "/a", "x")).toEqual([]);
  expect(pathOf("a", "/b", "x")).toEqual(["a", "team"]);
  expect(pathOf("a", "/a", "x")).toEqual([]);
  expect(pathOf("team", "/b", "x")).toEqual([]);
});
