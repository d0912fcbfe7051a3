// Which definitions of the model a case is decided by, and which fields its request has then.
import { readModel } from "../model/model-text.ts";
import { faultText, type PolicySource, type ReportFault } from "../source.ts";
import type { CaseList } from "./case-list.ts";
import type { YamlMapping } from "./yaml-nodes.ts";

/** The names of a context's r, "" being the policy's own; or why the model has no such context. */
export type FieldsOf = (context: string) => readonly string[] | string;

export interface CaseContext {
  readonly context: string;
  readonly fields: readonly string[];
}

type ModelSource = Pick<PolicySource, "modelText" | "modelFile">;

/** Each is a policy of its own in memory. */
const MAX_CONTEXTS = 16;

/** `own` is the context of cases that name none. */
export function fieldsOfModel(source: ModelSource, own: string): FieldsOf {
  const known = new Map<string, readonly string[] | string>();
  return (context) => {
    const found = known.get(context);
    if (found !== undefined) return found;
    if (known.size > MAX_CONTEXTS) return `more than ${MAX_CONTEXTS} contexts in one run`;
    const fields = fieldsIn(source, context === "" ? own : context);
    known.set(context, fields);
    return fields;
  };
}

function fieldsIn(source: ModelSource, context: string): readonly string[] | string {
  let fault = "";
  const report: ReportFault = (line, message) =>
    void (fault ||= faultText({ file: source.modelFile, line, message }));
  return readModel({ ...source, context }, report)?.request ?? fault;
}

/** Of a case, a table or a matrix; reported and undefined where it is none. */
export function readContext(
  { nodes, fieldsOf }: CaseList,
  parts: YamlMapping,
): CaseContext | undefined {
  const context = parts.has("context") ? nameOf(nodes.scalar(parts.get("context"))?.value) : "";
  const fields = context === undefined ? NO_NAME : fieldsOf(context);
  if (context !== undefined && typeof fields !== "string") return { context, fields };
  nodes.report(parts.get("context"), `context: ${String(fields)}`);
  return undefined;
}

const NO_NAME = 'write which definitions decide: "2" for r2, p2, e2 and m2, or "r2,p,e,m2"';

/** YAML takes a bare 2 for a number. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
