// The policies of the benchmark and requests for them: N rules, N / 10 roles, N users with one role each.

export type Kind = "rbac" | "keyMatch2";

export type Asked = readonly [subject: string, object: string, action: string];

export interface Workload {
  readonly model: string;
  readonly rules: string;
  /** Allowed, each by a rule at random. */
  readonly hits: readonly Asked[];
  /** Denied: users of the policy who ask for what other roles may. */
  readonly misses: readonly Asked[];
  /** Denied: subjects that the policy does not know. */
  readonly strangers: readonly Asked[];
}

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
const MATCHERS: Readonly<Record<Kind, string>> = {
  rbac: "g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act",
  keyMatch2: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act",
};

export function modelOf(matcher: string): string {
  return `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = ${matcher}
`;
}

export function workload(kind: Kind, size: number, requests: number): Workload {
  const roles = Math.max(1, size / 10);
  const users = Math.max(10, size);
  const random = randomBelow(size);
  const lines: string[] = [];
  for (let rule = 0; rule < size; rule++) lines.push(ruleLine(kind, rule, roles));
  for (let user = 0; user < users; user++) lines.push(`g, user${user}, role${user % roles}`);
  const made = Array.from({ length: requests }, (_, at) => {
    const rule = random(size);
    const holder = (rule % roles) + roles * random(users / roles);
    const other = roles === 1 ? users + at : holder + 1 - (holder + 1 === users ? 2 : 0);
    const asked = askedOf(kind, rule, at);
    return { holder, other, asked, stranger: random(2 ** 30) };
  });
  const all = (subject: (one: (typeof made)[number]) => string): Asked[] =>
    parsed(made.map((one) => [subject(one), ...one.asked] as const));
  return {
    model: modelOf(MATCHERS[kind]),
    rules: lines.join("\n"),
    hits: all(({ holder }) => `user${holder}`),
    misses: all(({ other }) => `user${other}`),
    strangers: all(({ stranger }) => `stranger${stranger}`),
  };
}

/** Ten rules a role, all on different objects or paths, four methods a path. */
function ruleLine(kind: Kind, rule: number, roles: number): string {
  const role = rule % roles;
  if (kind === "rbac") return `p, role${role}, data${rule}, read`;
  return `p, role${role}, /svc${(rule >> 2) % 50}/res${rule >> 2}/:id/items/:item, ${METHODS[rule & 3]}`;
}

function askedOf(kind: Kind, rule: number, at: number): readonly [string, string] {
  if (kind === "rbac") return [`data${rule}`, "read"];
  const path = `/svc${(rule >> 2) % 50}/res${rule >> 2}/${at}/items/${at % 1000}`;
  return [path, METHODS[rule & 3] ?? "GET"];
}

/** Flat strings that share nothing with the policy's, as they come off a connection. */
function parsed(requests: readonly Asked[]): Asked[] {
  return JSON.parse(JSON.stringify(requests)) as Asked[];
}

/** The same numbers in every run. */
function randomBelow(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
