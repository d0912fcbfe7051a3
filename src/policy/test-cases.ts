// Policy tests: requests with the decision, and the rule, that their author expects.
import { isMap, isNode, isSeq, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { Decision, PolicySnapshot } from "./snapshot.ts";
import type { PolicyFault } from "./source.ts";

export interface PolicyCase {
  readonly name: string;
  /** The tuple, in the order of the model's r. */
  readonly request: readonly string[];
  readonly expect: "allow" | "deny";
  /** The deciding rule as written in the rules file; "" for the effect's default; null: any. */
  readonly rule: string | null;
  readonly line: number;
}

export interface CaseResult {
  readonly case: PolicyCase;
  readonly decision: Decision;
  readonly passed: boolean;
  /** "" where it passed. */
  readonly message: string;
}

export type CasesRead =
  | { readonly ok: true; readonly cases: readonly PolicyCase[] }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Reads YAML of the form `cases: [{ name, request: [...], expect: allow|deny, rule? }]`. */
export function readCases(text: string, file: string): CasesRead {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const faultAt = (offset: number, message: string): PolicyFault => ({
    file,
    line: lines.linePos(offset).line,
    message: message.split("\n")[0] ?? "",
  });
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map(({ pos, message }) => faultAt(pos[0], message)),
    };
  }
  const list = isMap(document.contents) ? document.contents.get("cases") : undefined;
  if (!isSeq(list) || list.items.length === 0) {
    return { ok: false, faults: [faultAt(0, "write a list of cases: cases: [...]")] };
  }
  const reads = list.items.filter(isNode).map((item) => {
    const start = item.range?.[0] ?? 0;
    return { start, parsed: CASE.safeParse(item.toJS(document)) };
  });
  const faults = reads.flatMap(({ start, parsed }) =>
    parsed.success ? [] : [faultAt(start, faultOf(parsed.error))],
  );
  const cases = reads.flatMap(({ start, parsed }) =>
    parsed.success ? [{ ...parsed.data, line: lines.linePos(start).line }] : [],
  );
  return faults.length > 0 ? { ok: false, faults } : { ok: true, cases };
}

const CASE = z.strictObject({
  name: z.string(),
  request: z.array(z.string()),
  expect: z.enum(["allow", "deny"]),
  rule: z.string().nullable().default(null),
});

function faultOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a case"}`;
}

export function runCases(
  snapshot: PolicySnapshot,
  cases: readonly PolicyCase[],
): readonly CaseResult[] {
  return cases.map((each) => {
    const decision = snapshot.decide(each.request);
    const message = mismatch(each, decision);
    return { case: each, decision, passed: message === "", message };
  });
}

function mismatch({ expect, rule }: PolicyCase, decision: Decision): string {
  const by = decision.rule === "" ? "no rule" : `${decision.ruleSource} "${decision.rule}"`;
  if (decision.effect === "error") return `expected ${expect}, got an error: ${decision.error}`;
  if (decision.effect !== expect) return `expected ${expect}, got ${decision.effect} by ${by}`;
  if (rule === null || rule === decision.rule) return "";
  return `expected ${rule === "" ? "no rule" : `"${rule}"`} to decide, got ${by}`;
}
