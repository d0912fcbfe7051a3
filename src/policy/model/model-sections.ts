// Cuts a model file into its sections and definitions, strictly: what casbin would ignore is a fault.
import type { ReportFault } from "../source.ts";
import { DAMAGED, isDamaged } from "./damaged-text.ts";

export interface Definition {
  readonly value: string;
  readonly line: number;
}

/** Section name to key to definition. */
export type ModelSections = ReadonlyMap<string, ReadonlyMap<string, Definition>>;

const SECTIONS: ReadonlySet<string> = new Set([
  "request_definition",
  "policy_definition",
  "role_definition",
  "policy_effect",
  "matchers",
]);

/** A line joined with those it is continued by; `line` is where it began. */
interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

export function readSections(text: string, report: ReportFault): ModelSections {
  const sections = new Map<string, Map<string, Definition>>();
  let current: Map<string, Definition> | null = null;
  for (const { text: content, line } of logicalLines(text)) {
    if (content.startsWith("[") && content.endsWith("]")) {
      const name = content.slice(1, -1);
      const fault = sectionFault(name, sections.has(name));
      if (fault !== "") report(line, fault);
      current = new Map();
      sections.set(name, current);
    } else if (current === null) {
      report(line, "text before the first section; begin with [request_definition]");
    } else {
      addDefinition(current, { text: content, line }, report);
    }
  }
  return sections;
}

function sectionFault(name: string, known: boolean): string {
  if (known) return `section [${name}] is there twice`;
  if (SECTIONS.has(name)) return "";
  return `unknown section [${name}]; known are ${[...SECTIONS].join(", ")}`;
}

function addDefinition(
  section: Map<string, Definition>,
  { text, line }: LogicalLine,
  report: ReportFault,
): void {
  if (isDamaged(text)) return report(line, DAMAGED);
  const equals = text.indexOf("=");
  if (equals < 0)
    return report(line, "not a definition; write KEY = VALUE, and # before a comment");
  const key = text.slice(0, equals).trim();
  if (section.has(key)) return report(line, `"${key}" is defined twice in this section`);
  section.set(key, { value: text.slice(equals + 1).trim(), line });
}

/** Casbin's reading: # and ; begin a comment anywhere, a final backslash continues the line. */
function* logicalLines(text: string): Generator<LogicalLine> {
  let pending = "";
  let start = 0;
  let line = 0;
  for (const raw of text.replace(/^\uFEFF/, "").split("\n")) {
    line += 1;
    const content = raw.replace(/[#;].*$/s, "").trim();
    if (content === "") continue;
    if (pending === "") start = line;
    if (content.endsWith("\\")) {
      pending += content.slice(0, -1).trim();
      continue;
    }
    yield { text: pending + content, line: start };
    pending = "";
  }
  if (pending !== "") yield { text: pending, line: start };
}
