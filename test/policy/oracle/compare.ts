// One policy and its requests, decided by weir and by casbin reading the same texts by itself.
import { EnforceContext, type Enforcer, newEnforcer, newModel, StringAdapter } from "casbin";
import { expect } from "vitest";
import { loadPolicy, type PolicyLoad } from "../../../src/policy/load.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { RequestTuple } from "../../../src/policy/request/tuple.ts";
import { sourceOf } from "../support.ts";
import { NamedDifferences } from "./named.ts";

interface PolicyTexts {
  readonly model: string;
  readonly rules: string;
}

/** Texts of one policy and requests for it. */
export interface PolicyCase extends PolicyTexts {
  readonly requests: readonly RequestTuple[];
  /** As PolicySource has it. */
  readonly context?: string;
  /** The same policy with named.ts's functions for its operators: where values are missing, weir must say what casbin says of this. */
  readonly named?: PolicyTexts;
}

/** What either engine says: the deciding rule's fields, [] where none decided. */
interface Answer {
  readonly decision: "allow" | "deny" | "error";
  readonly rule: readonly string[];
}

type Loaded = Extract<PolicyLoad, { readonly ok: true }>;

/** The number of requests decided alike; 0 where weir refuses the policy. */
export async function compare(one: PolicyCase): Promise<number> {
  const { model, rules, context = "", named } = one;
  const load = await loadPolicy({ ...sourceOf(model, rules), context }, { request: null });
  if (!load.ok) {
    expectPlaces(load, one);
    return 0;
  }
  const casbin = await casbinOf(one);
  const judge = named === undefined ? casbin : await casbinOf(named);
  const differences = new NamedDifferences();
  if (named !== undefined) await differences.teach(judge);
  for (const request of one.requests) {
    const ours = answerOfWeir(load, request);
    const judged = expected(judge, { load, request, ours });
    const { decision } = judged;
    const rule = asWritten(judged.rule, judge, casbin);
    expect({ request, ...ours }).toEqual({ request, decision, rule });
    if (named === undefined || differences.take()) continue;
    expect({ request, ...ours }).toEqual({ request, ...expected(casbin, { load, request, ours }) });
  }
  return one.requests.length;
}

/** A rule that names.ts wrote, as the policy has it: both texts have the same lines. */
function asWritten(rule: readonly string[], judge: Enforcer, casbin: Enforcer): readonly string[] {
  if (judge === casbin || rule.length === 0) return rule;
  const rows = (from: Enforcer): readonly string[][] => from.getModel().getPolicy("p", "p");
  const at = rows(judge).findIndex((row) => row.every((text, column) => text === rule[column]));
  return rows(casbin)[at] ?? [];
}

/** Every refusal names a file, a line that is there (0: the whole file), and what is wrong. */
function expectPlaces(load: Exclude<PolicyLoad, Loaded>, { model, rules }: PolicyTexts): void {
  expect(load.faults.length).toBeGreaterThan(0);
  for (const { file, line, message } of load.faults) {
    const text = file === "model.conf" ? model : rules;
    expect(["model.conf", "policy.csv"]).toContain(file);
    expect(line).toBeLessThanOrEqual(text.split("\n").length);
    expect(message).not.toBe("");
  }
}

async function casbinOf({ model, rules }: PolicyTexts): Promise<Enforcer> {
  if (rules === "") return newEnforcer(newModel(model));
  return newEnforcer(newModel(model), new StringAdapter(rules));
}

function answerOfWeir({ snapshot, policy }: Loaded, request: RequestTuple): Answer {
  const { effect, rule, ruleSource, permit } = snapshot.decide(request);
  expect(permit !== null).toBe(effect === "allow");
  const decided = policy.rules.find((each) => each.source === ruleSource);
  expect(rule === "" ? "" : decided?.text.trim()).toBe(rule);
  return { decision: effect, rule: effect === "error" ? [] : (decided?.fields ?? []) };
}

interface Asked {
  readonly load: Loaded;
  readonly request: RequestTuple;
  readonly ours: Answer;
}

/** Casbin's answer; where weir differs on purpose, the one that policies/README.md names. */
function expected(casbin: Enforcer, { load, request, ours }: Asked): Answer {
  const { policy } = load;
  if (policy.usesRules && policy.rules.length === 0) return { decision: "deny", rule: [] };
  const whole = answerOfCasbin(casbin, load, request);
  if (whole.decision !== "error") return whole;
  return ours.decision === "error" ? whole : withoutFailing(casbin, load, request);
}

function answerOfCasbin(casbin: Enforcer, load: Loaded, request: RequestTuple): Answer {
  const { r, p, e, m } = load.policy.model.names;
  try {
    const [allowed, row] = casbin.enforceExSync(new EnforceContext(r, p, e, m), ...request);
    return { decision: allowed ? "allow" : "deny", rule: withEffect(row, load) };
  } catch {
    return { decision: "error", rule: [] };
  }
}

/** Casbin leaves a missing last `eft` out of the row, weir fills in what it means. */
function withEffect(row: readonly string[], { policy: { model } }: Loaded): readonly string[] {
  const missing = row.length === model.policy.length - 1 && model.policy.at(-1) === "eft";
  return missing && row.length > 0 ? [...row, "allow"] : row;
}

/** What an effect says where no rule matches. */
function defaultOf({ policy: { model } }: Loaded): Answer {
  return { decision: model.effect === EFFECTS.denyOverride ? "allow" : "deny", rule: [] };
}

/** Deviation "a rule that fails and is not asked": the rules at which casbin throws have no say. */
function withoutFailing(casbin: Enforcer, load: Loaded, request: RequestTuple): Answer {
  const { p } = load.policy.model.names;
  const definition = casbin.getModel().model.get("p")?.get(p);
  if (definition === undefined) throw new Error(`no definition of ${p}`);
  const rows = definition.policy;
  definition.policy = rows.filter((row) => {
    definition.policy = [row];
    return answerOfCasbin(casbin, load, request).decision !== "error";
  });
  const none = definition.policy.length === 0;
  const answer = none ? defaultOf(load) : answerOfCasbin(casbin, load, request);
  definition.policy = rows;
  return answer;
}
