// Which share a span's trace is drawn from: the first rule that is for it, or what is left for the rest.
import type { SamplingOptions, SamplingRule } from "../options.ts";
import type { SpanFacts } from "./span-line.ts";
import { type Threshold, thresholdOf } from "./threshold.ts";

/** Of a trace so far: of several spans' the one of lowest rank holds. */
export interface Verdict {
  readonly rank: number;
  readonly threshold: Threshold;
}

export interface Rules {
  readonly verdictOn: (span: SpanFacts) => Verdict;
  /** No span of a trace tells more than another. */
  readonly areNone: boolean;
}

export function createRules({ rules, share }: Pick<SamplingOptions, "rules" | "share">): Rules {
  const verdicts = rules.map((rule, rank) => ({ rank, threshold: thresholdOf(rule.share) }));
  const rest = { rank: rules.length, threshold: thresholdOf(share) };
  return {
    verdictOn: (span) => verdicts[rules.findIndex((rule) => isFor(rule, span))] ?? rest,
    areNone: rules.length === 0,
  };
}

function isFor(rule: SamplingRule, span: SpanFacts): boolean {
  if (rule.service !== "" && rule.service !== span.service) return false;
  if (rule.span !== "" && rule.span !== span.name) return false;
  if (rule.error && !span.isError) return false;
  if (span.durationMs < rule.min_ms) return false;
  return rule.attribute === "" || hasAttribute(rule, span);
}

function hasAttribute({ attribute, values }: SamplingRule, span: SpanFacts): boolean {
  const value = span.attributes[attribute] ?? span.resource[attribute];
  return value !== undefined && (values.length === 0 || values.includes(value));
}
