// The peers of the benchmark, each asked in the way its documentation recommends where calls are synchronous.
import {
  type CachedEnforcer,
  newCachedEnforcer,
  newEnforcer,
  newModel,
  StringAdapter,
} from "casbin";
import type { Asked, Kind, Workload } from "./workload.ts";

export interface Peer {
  /** Largest N that ends in seconds. */
  readonly most: number;
  readonly kinds: readonly Kind[];
  readonly open: (workload: Workload) => Promise<Ask>;
}

/** A promise only where the peer can't do without. */
export type Ask = (asked: Asked) => boolean | Promise<boolean>;

export const PEERS: Readonly<Record<string, Peer>> = {
  "casbin enforceSync": { most: 100_000, kinds: ["rbac", "keyMatch2"], open: openCasbin },
  "casbin CachedEnforcer, new keys": { most: 1000, kinds: ["rbac", "keyMatch2"], open: openCached },
  "casbin CachedEnforcer, one key": { most: 1000, kinds: ["rbac"], open: openCachedKey },
  "cedar-wasm": { most: 10_000, kinds: ["rbac"], open: openCedar },
};

async function openCasbin({ model, rules }: Workload): Promise<Ask> {
  const enforcer = await newEnforcer(newModel(model), new StringAdapter(rules));
  return (asked) => enforcer.enforceSync(...asked);
}

async function openCached({ model, rules }: Workload): Promise<Ask> {
  const enforcer: CachedEnforcer = await newCachedEnforcer(
    newModel(model),
    new StringAdapter(rules),
  );
  return (asked) => enforcer.enforce(...asked);
}

/** What its cache alone takes. */
async function openCachedKey(workload: Workload): Promise<Ask> {
  const ask = await openCached(workload);
  const [first] = workload.hits;
  return () => (first === undefined ? false : ask(first));
}

const SET = "bench";

/** One static policy a rule, parsed once; the user with its role comes with each call. */
async function openCedar({ rules }: Workload): Promise<Ask> {
  const { preparsePolicySet, statefulIsAuthorized } =
    await import("@cedar-policy/cedar-wasm/nodejs");
  const lines = rules.split("\n").map((line) => line.split(", "));
  const policies = lines.flatMap(([type, role, object, action]) =>
    type === "p"
      ? `permit(principal in Role::"${role}", action == Action::"${action}", resource == Data::"${object}");`
      : [],
  );
  const read = preparsePolicySet(SET, { staticPolicies: policies.join("\n") });
  if (read.type === "failure") throw new Error(JSON.stringify(read.errors));
  const roles = new Map(
    lines.filter(([type]) => type === "g").map(([, user, role]) => [user, role]),
  );
  return ([subject, object, action]) => {
    const principal = { type: "User", id: subject };
    const role = roles.get(subject);
    const parents = role === undefined ? [] : [{ type: "Role", id: role }];
    const answer = statefulIsAuthorized({
      principal,
      action: { type: "Action", id: action },
      resource: { type: "Data", id: object },
      context: {},
      preparsedPolicySetId: SET,
      entities: [{ uid: principal, attrs: {}, parents }],
    });
    if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
    return answer.response.decision === "allow";
  };
}
