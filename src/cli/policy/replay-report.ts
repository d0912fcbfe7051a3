// What a replay found, for reading: gains first, since those are the dangerous direction.
import type { Finding, FindingList } from "../../policy/replay/findings.ts";
import { type Skip, SKIPS } from "../../policy/replay/replay.ts";
import { count, instant } from "../format.ts";
import { harmless } from "../format-text.ts";
import type { Terminal } from "../terminal.ts";
import type { Replayed } from "./replay.ts";

interface Look extends Pick<Terminal, "paint"> {
  readonly nowMs: number;
}

/** Lines without line ends. */
export function replayLines(replayed: Replayed, { paint }: Terminal, nowMs: number): string[] {
  const { gains, losses, requests, replayed: decided } = replayed.result;
  const look = { paint, nowMs };
  if (requests === 0) return [...head(replayed), "Nothing was recorded in that time."];
  return [
    ...head(replayed),
    ...skipLines(replayed.result.skipped),
    ...listLines("GAINS, denied and would be allowed", gains, look),
    ...listLines("LOSSES, allowed and would be denied", losses, look),
    ...(gains.requests + losses.requests === 0
      ? [`No decision changes in ${times(decided)}.`]
      : []),
  ];
}

function head({ input, recorded, result }: Replayed): string[] {
  const { source, snapshot } = input;
  const { requests, replayed, distinct } = result;
  return [
    `candidate ${snapshot.revision}: ${snapshot.rules} rules of ${source.rulesFile}`,
    `${count(replayed)} of ${count(requests)} requests decided again (${count(distinct)} different ones), ${recorded.since} to ${recorded.until}`,
  ];
}

function skipLines(skipped: Readonly<Record<Skip, number>>): string[] {
  return Object.entries(SKIPS)
    .map(([key, words]) => ({ requests: skipped[key as Skip], words }))
    .filter(({ requests }) => requests > 0)
    .map(({ requests, words }) => `  not ${count(requests)}: ${words}`);
}

function listLines(title: string, list: FindingList, look: Look): string[] {
  if (list.requests === 0) return [];
  const { shown, groups, requests } = list;
  const rest = requests - shown.reduce((sum, each) => sum + each.requests, 0);
  const more = `  and ${count(groups - shown.length)} more callers and routes, ${times(rest)}`;
  return [
    "",
    look.paint(`${title}: ${times(requests)}`, "strong"),
    ...shown.flatMap((finding) => findingLines(finding, look)),
    ...(rest === 0 ? [] : [more]),
  ];
}

function findingLines(finding: Finding, { paint, nowMs }: Look): string[] {
  const { principal, route, method, requests, last_seen, path, trace_id } = finding;
  const who = principal === "" ? "anonymous" : principal;
  const then = ruleWords(finding.recorded_rule, finding.recorded_rule_source);
  const now = finding.error === "" ? ruleWords(finding.rule, finding.rule_source) : finding.error;
  return [
    harmless(`  ${who}  ${method} ${route}  ${times(requests)}, last ${instant(last_seen, nowMs)}`),
    harmless(`    now by ${now}; was by ${then}`),
    `    such as ${harmless(path)}  ${paint(`trace ${harmless(trace_id)}`, "faint")}`,
  ];
}

function ruleWords(rule: string, source: string): string {
  return rule === "" ? "no rule" : `${source}: ${rule}`;
}

function times(requests: number): string {
  return `${count(requests)} ${requests === 1 ? "request" : "requests"}`;
}
