// A proposal as two files that weir and casbin read: a model, and rules that say what each rests on.
import { type Holder, type Proposal, type ProposedRule, ruleLine } from "./proposal.ts";
import type { TupleShape } from "./observe.ts";
import { MOST_PATHS } from "./use.ts";

export interface TextOptions {
  readonly shape: TupleShape;
  /** As policy.request has them. */
  readonly request: readonly string[];
  /** ISO-8601, UTC. */
  readonly since: string;
  readonly until: string;
}

export function modelText(shape: TupleShape): string {
  const names = { subject: "sub", path: "obj", method: "act" } as const;
  const request = (Object.keys(names) as (keyof typeof names)[])
    .sort((one, other) => shape[one] - shape[other])
    .map((field) => names[field]);
  return `# Who (sub) does what (act) to which path (obj).

[request_definition]
r = ${request.join(", ")}

[policy_definition]
p = sub, obj, act, eft

[role_definition]
g = _, _

# Allowed if at least one rule allows and none denies.
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = (p.sub == "*" || g(r.sub, p.sub)) && keyMatch2(r.obj, p.obj) && (r.act == p.act || p.act == "*")
`;
}

export function rulesText(proposal: Proposal, options: TextOptions): string {
  const { since, until, request } = options;
  const head = [
    `# Proposed from what was allowed from ${since} to ${until}.`,
    `# For policy.request: [ ${request.join(", ")} ] and the model beside this file.`,
    "# Above each rule: what it rests on. :id stands for one segment of any value.",
  ];
  return `${[...head, ...proposal.holders.flatMap(holderLines)].join("\n")}\n`;
}

function holderLines(holder: Holder): readonly string[] {
  const { name, members, rules } = holder;
  return [
    "",
    ...rules.flatMap((rule) => [
      `# ${supportOf(rule)}`,
      ruleLine("p", name, rule.pattern, rule.method),
    ]),
    ...members.map((member) => ruleLine("g", member, name)),
  ];
}

function supportOf({ requests, callers, last_seen, has_parameter, paths }: ProposedRule): string {
  const times = `${requests} ${requests === 1 ? "request" : "requests"}`;
  const who = callers === 1 ? "one caller" : `${callers} callers`;
  const last = `last ${last_seen.replace(/\.\d+Z$/, "Z")}`;
  const seen = paths === null ? `more than ${MOST_PATHS} paths` : `${paths} paths`;
  return [
    `${times} of ${who}`,
    last,
    ...(has_parameter ? [callers === 1 ? seen : `${seen} of one caller`] : []),
  ].join(", ");
}
