// What a proposal keeps, grants beyond what was seen, and makes needless: for reading, and as JSON.
import type { Observed } from "../../policy/propose/observe.ts";
import { type Proposal, type ProposedRule, ruleLine } from "../../policy/propose/proposal.ts";
import type { ReplayResult } from "../../policy/replay/replay.ts";
import type { Rule } from "../../policy/rules/rule.ts";
import type { PolicySource } from "../../policy/source.ts";
import { count } from "../format.ts";
import { harmless } from "../format-text.ts";

export interface Proposed {
  readonly observed: Observed;
  readonly proposal: Proposal;
  readonly source: PolicySource;
  readonly proof: ReplayResult;
  readonly unused: readonly Pick<Rule, "text" | "source">[];
  /** ISO-8601, UTC. */
  readonly window: { readonly since: string; readonly until: string };
}

interface Templated extends ProposedRule {
  readonly rule: string;
}

/** Rules that match paths nobody was seen to ask for. */
function templatesOf({ holders }: Proposal): readonly Templated[] {
  return holders.flatMap(({ name, rules }) =>
    rules
      .filter((rule) => rule.has_parameter)
      .map((rule) => ({ rule: ruleLine("p", name, rule.pattern, rule.method), ...rule })),
  );
}

export function proposalJson(proposed: Proposed): object {
  const { observed, proposal, source, proof, unused, window } = proposed;
  return {
    ...window,
    allowed_requests: observed.allowedRequests,
    denied_requests: observed.deniedRequests,
    model: source.modelText,
    rules: source.rulesText,
    holders: proposal.holders,
    kept_requests: keptOf(proposed),
    lost_requests: proof.losses.requests,
    unreadable_requests: observed.unreadable,
    losses: proof.losses.shown,
    below_support_requests: proposal.belowSupport,
    unwritable: proposal.unwritable,
    newly_allowed_requests: proof.gains.requests,
    newly_allowed: proof.gains.shown,
    templates: templatesOf(proposal).map(({ rule, paths }) => ({ rule, paths })),
    conflicts: proposal.conflicts,
    unused_rules: unused.map(({ text, source: at }) => ({ rule: text, rule_source: at })),
  };
}

/** Of the requests the proof saw, those that were allowed and stay so. */
function keptOf({ observed, proof }: Proposed): number {
  const { allowedRequests, unreadable } = observed;
  return Math.max(0, allowedRequests - unreadable - proof.losses.requests);
}

/** Lines without line ends; `most` of each list. */
export function proposalLines(proposed: Proposed, most: number): string[] {
  const { proposal, proof, unused, window } = proposed;
  const { holders, conflicts, unwritable } = proposal;
  const templates = templatesOf(proposal).map(
    ({ rule, paths }) => `${rule}  (${paths === null ? "many" : count(paths)} seen)`,
  );
  const granted = proof.gains.shown.map(
    ({ principal, method, path, requests }) =>
      `${principal || "anonymous"}: ${method} ${path}, ${count(requests)} requests of its route`,
  );
  const kept = conflicts.map(
    ({ subject, method, pattern, denied, resolved }) =>
      `${subject}: ${method} ${pattern}, for ${denied} was denied${resolved ? "" : " (too many paths to list: it is granted)"}`,
  );
  const idle = unused.map(({ text, source }) => `${source}: ${text}`);
  return [
    sizeLine(holders),
    `${count(keptOf(proposed))} observed requests kept, ${count(proof.losses.requests)} lost, ${window.since} to ${window.until}`,
    ...lostLines(proposed),
    ...listed("Callers and paths that no rules file can name:", unwritable, most),
    ...listed("Requests that were denied and would be allowed:", granted, most),
    ...listed("Listed path by path instead of:", kept, most),
    ...listed("Rules that match more paths than were seen:", templates, most),
    ...listed("Rules in force that decided nothing in this time:", idle, most),
  ].map(harmless);
}

function sizeLine(holders: Proposal["holders"]): string {
  const roles = holders.filter(({ members }) => members.length > 0);
  const sum = (sizes: readonly number[]): string =>
    count(sizes.reduce((all, size) => all + size, 0));
  const rules = sum(holders.map((each) => each.rules.length));
  const links = sum(roles.map(({ members }) => members.length));
  return `${rules} rules, ${count(roles.length)} roles held by ${links} links`;
}

function lostLines({ observed: { unreadable }, proposal: { belowSupport } }: Proposed): string[] {
  const below = `  ${count(belowSupport)} of them by wish: used less often than --min-support`;
  const unread = `  ${count(unreadable)} more can't be told: rows do not say exactly what was asked`;
  return [...(belowSupport > 0 ? [below] : []), ...(unreadable > 0 ? [unread] : [])];
}

function listed(title: string, lines: readonly string[], most: number): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - most;
  return [
    title,
    ...lines.slice(0, most).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${count(more)} more`] : []),
  ];
}
