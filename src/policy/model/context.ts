// Which of a model's definitions decide, as casbin's EnforceContext says it.
import type { DefinitionNames } from "./model.ts";

/** What most models have one of. */
export const DEFAULT_CONTEXT = "";

const DEFAULT_NAMES: DefinitionNames = { r: "r", p: "p", e: "e", m: "m" };
const EACH = /^(r\d*),(p\d*),(e\d*),(m\d*)$/;

/** "" or "2", which means r2,p2,e2,m2; or all four by name, "r2,p,e,m2". null: it is neither. */
export function definitionNames(context: string): DefinitionNames | null {
  if (context === DEFAULT_CONTEXT) return DEFAULT_NAMES;
  if (/^\d{1,3}$/.test(context)) {
    return { r: `r${context}`, p: `p${context}`, e: `e${context}`, m: `m${context}` };
  }
  const [, r, p, e, m] = EACH.exec(context.replaceAll(" ", "")) ?? [];
  if (r === undefined || p === undefined || e === undefined || m === undefined) return null;
  return { r, p, e, m };
}
