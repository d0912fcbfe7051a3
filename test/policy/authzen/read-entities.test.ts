// The file of known entities: what it says, and every way in which it can be wrong.
import { expect, it } from "vitest";
import { workedMs } from "../../support/worked-ms.ts";
import { readEntities } from "../../../src/policy/authzen/read-entities.ts";

it("reads YAML, and JSON as YAML", () => {
  const lists = {
    subject: [
      { type: "user", id: "bob", properties: { role: "admin", teams: ["a", 1, null], on: true } },
    ],
    resource: [{ type: "doc", id: "1", properties: {} }],
    action: [{ type: "", id: "read", properties: { soft: false } }],
  };
  const yaml = `subjects:
  - type: user
    id: bob
    properties: { role: admin, teams: [ a, 1, null ], on: true }
resources: [ { type: doc, id: "1" } ]
actions:
  - { name: read, properties: { soft: false } }
`;
  expect(readEntities(yaml, "e.yaml")).toMatchObject({ ok: true, entities: { lists } });
  const json = JSON.stringify({
    subjects: lists.subject,
    resources: lists.resource,
    actions: [{ name: "read", properties: { soft: false } }],
  });
  expect(readEntities(json, "e.json")).toMatchObject({ ok: true, entities: { lists } });
});

it("may have some of the lists only", () => {
  const read = readEntities("actions: [ { name: read } ]", "e.yaml");
  expect(read).toMatchObject({ ok: true, entities: { lists: { subject: [], resource: [] } } });
});

it.each<[string, string, number, string]>([
  ["nothing", "", 1, "write a mapping"],
  ["no mapping", "[]", 1, "write a mapping"],
  ["an unknown list", "subject: []", 1, "not known here"],
  ["an empty list", "subjects: []", 1, "write a list of subjects"],
  ["no YAML", "subjects: [", 1, ""],
  ["an entity that is text", "subjects: [ bob ]", 1, "write a mapping"],
  ["no type", "subjects:\n  - id: bob", 2, "type: write a text"],
  ["an id that is a number", "resources:\n  - { type: doc, id: 1 }", 2, "id: write a text"],
  ["an action's id", "actions: [ { name: a, id: read } ]", 1, "not known here"],
  ["twice", "actions:\n  - { name: a }\n  - { name: a }", 3, "written twice"],
  [
    "properties that are a list",
    "actions: [ { name: a, properties: [] } ]",
    1,
    "properties: write",
  ],
  [
    "properties without end",
    "actions: [ { name: a, properties: { b: .inf } } ]",
    1,
    "not plain JSON",
  ],
  [
    "too many values",
    `actions: [ { name: a, properties: { b: [${"1,".repeat(2000)}1] } } ]`,
    1,
    "more than 1024 values",
  ],
  [
    "too deep",
    `actions: [ { name: a, properties: { b: ${"[".repeat(30)}${"]".repeat(30)} } } ]`,
    1,
    "deeper",
  ],
])("refuses %s", (...[, text, line, words]) => {
  const read = readEntities(text, "e.yaml");
  expect(read).toMatchObject({ ok: false, faults: [{ file: "e.yaml", line }] });
  expect(JSON.stringify(read)).toContain(words);
});

it("is not held up by aliases of aliases", () => {
  const lines = ["a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]"];
  for (let at = 1; at < 12; at++) lines.push(`a${at}: &a${at} [ ${`*a${at - 1}, `.repeat(10)} ]`);
  const bomb = `actions: [ { name: a, properties: { ${lines.join(", ")} } } ]`;
  const startedMs = workedMs();
  expect(readEntities(bomb, "e.yaml").ok).toBe(false);
  expect(workedMs() - startedMs).toBeLessThan(1000);
});
