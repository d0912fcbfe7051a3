// The decisions of AuthZEN's interoperability scenarios, API gateway and Todo 1.0, by casbin policies of our own.
import { afterEach, describe, expect, it } from "vitest";
import { type AuthzenServer, type AuthzenSite, startAuthzen } from "../support/authzen-kit.ts";

/** Subject ids as the scenarios' identity provider gives them. */
const idOf = (letter: string): string =>
  `CiRmZD${letter}2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs`;

/** Each with the mail address that owns todos, and roles. */
const PEOPLE = {
  rick: { id: idOf("A"), mail: "rick@the-citadel.com", roles: ["admin", "evil_genius"] },
  morty: { id: idOf("E"), mail: "morty@the-citadel.com", roles: ["editor"] },
  summer: { id: idOf("I"), mail: "summer@the-smiths.com", roles: ["editor"] },
  beth: { id: idOf("M"), mail: "beth@the-smiths.com", roles: ["viewer"] },
  jerry: { id: idOf("Q"), mail: "jerry@the-smiths.com", roles: ["viewer"] },
} as const;

type Person = keyof typeof PEOPLE;
const NAMES = Object.keys(PEOPLE) as readonly Person[];

const links = NAMES.flatMap((name) =>
  PEOPLE[name].roles.map((role) => `g, ${PEOPLE[name].id}, role:${role}\n`),
).join("");
const HIERARCHY = `g, role:editor, role:viewer
g, role:admin, role:editor
g, role:evil_genius, role:editor
`;

const MODEL_HEAD = `[request_definition]
r = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[policy_definition]
`;

let server: AuthzenServer | undefined;

afterEach(() => server?.close());

describe("the API gateway", () => {
  const GATEWAY: AuthzenSite = {
    model: `${MODEL_HEAD}p = sub, obj, act
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
`,
    rules: `p, role:viewer, /users/{userId}, GET
p, role:viewer, /todos, GET
p, role:editor, /todos, POST
p, role:editor, /todos/{todoId}, PUT
p, role:editor, /todos/{todoId}, DELETE
${HIERARCHY}${links}`,
  };
  const ROUTES = [
    ["GET", "/users/{userId}"],
    ["GET", "/todos"],
    ["POST", "/todos"],
    ["PUT", "/todos/{todoId}"],
    ["DELETE", "/todos/{todoId}"],
  ] as const;
  const ALLOWED: Readonly<Record<Person, string>> = {
    rick: "+++++",
    morty: "+++++",
    summer: "+++++",
    beth: "++---",
    jerry: "++---",
  };

  it("25 decisions", async () => {
    server = await startAuthzen(GATEWAY);
    const { ask } = server;
    for (const name of NAMES) {
      let decisions = "";
      for (const [method, id] of ROUTES) {
        const { body } = await ask("/access/v1/evaluation", {
          subject: { type: "identity", id: PEOPLE[name].id },
          action: { name: method },
          resource: { type: "route", id },
        });
        decisions += body["decision"] === true ? "+" : "-";
      }
      expect(`${name} ${decisions}`).toBe(`${name} ${ALLOWED[name]}`);
    }
  });
});

describe("Todo", () => {
  const entities = `subjects:
${NAMES.map((name) => `  - { type: user, id: ${PEOPLE[name].id}, properties: { mail: ${PEOPLE[name].mail} } }`).join("\n")}
`;
  const TODO: AuthzenSite = {
    request: ["subject", "resource", "action.name"],
    entities,
    model: `${MODEL_HEAD}p = sub, act, owner
[matchers]
m = g(r.sub.id, p.sub) && r.act == p.act && \
(p.owner == "any" || r.obj.properties.ownerID == r.sub.properties.mail)
`,
    rules: `p, role:viewer, can_read_user, any
p, role:viewer, can_read_todos, any
p, role:editor, can_create_todo, any
p, role:editor, can_update_todo, own
p, role:editor, can_delete_todo, own
p, role:admin, can_delete_todo, any
p, role:evil_genius, can_update_todo, any
${HIERARCHY}${links}`,
  };

  const todo = (owner: Person) => ({
    type: "todo",
    id: `7240d0db-8ff0-41ec-98b2-34a096273b9${NAMES.indexOf(owner) + 1}`,
    properties: { ownerID: PEOPLE[owner].mail },
  });
  const user = (mail: string) => ({ type: "user", id: mail });
  const ANY_TODO = { type: "todo", id: "todo-1" };
  /** What each person asks for: about beth, about itself, then todos of rick and of its own. */
  const questions = (name: Person) =>
    [
      ["can_read_user", user(PEOPLE.beth.mail)],
      ["can_read_user", user(PEOPLE[name].mail)],
      ["can_read_todos", ANY_TODO],
      ["can_create_todo", ANY_TODO],
      ["can_update_todo", todo("rick")],
      ["can_update_todo", todo(name === "rick" ? "morty" : name)],
      ["can_delete_todo", todo("rick")],
      ["can_delete_todo", todo(name === "rick" ? "morty" : name)],
    ] as const;
  const ALLOWED: Readonly<Record<Person, string>> = {
    rick: "++++++++",
    morty: "++++-+-+",
    summer: "++++-+-+",
    beth: "+++-----",
    jerry: "+++-----",
  };
  const subjectOf = (name: Person) => ({ type: "user", id: PEOPLE[name].id });

  it("40 decisions", async () => {
    server = await startAuthzen(TODO);
    const { ask } = server;
    for (const name of NAMES) {
      let decisions = "";
      for (const [action, resource] of questions(name)) {
        const { body } = await ask("/access/v1/evaluation", {
          subject: subjectOf(name),
          action: { name: action },
          resource,
        });
        decisions += body["decision"] === true ? "+" : "-";
      }
      expect(`${name} ${decisions}`).toBe(`${name} ${ALLOWED[name]}`);
    }
  });

  it.each<[Person, readonly [Person, Person], readonly [boolean, boolean]]>([
    ["rick", ["rick", "jerry"], [true, true]],
    ["morty", ["rick", "morty"], [false, true]],
    ["jerry", ["rick", "jerry"], [false, false]],
  ])("%s updates todos of %j at once", async (name, owners, decisions) => {
    server = await startAuthzen(TODO);
    const { body } = await server.ask("/access/v1/evaluations", {
      subject: subjectOf(name),
      action: { name: "can_update_todo" },
      evaluations: owners.map((owner) => ({ resource: todo(owner) })),
    });
    expect(body).toMatchObject({ evaluations: decisions.map((decision) => ({ decision })) });
  });
});
