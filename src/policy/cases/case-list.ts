// The cases of one file as they are read: each under a name of its own, and not more than a run can hold.
import { MAX_FAULTS } from "../limits.ts";
import type { PolicyFault } from "../source.ts";
import type { FieldsOf } from "./case-context.ts";
import { MAX_CASES, type PolicyCase } from "./policy-case.ts";
import type { YamlNodes } from "./yaml-nodes.ts";

export interface CaseList {
  readonly nodes: YamlNodes;
  readonly fieldsOf: FieldsOf;
  readonly cases: readonly PolicyCase[];
  /** Refuses a name that another has, and what is over the limit. */
  readonly add: (added: Omit<PolicyCase, "file">) => void;
  readonly report: (line: number, message: string) => void;
  /** Nothing that is still to be read would be used. */
  readonly isFull: () => boolean;
}

export interface CaseListParts {
  readonly nodes: YamlNodes;
  readonly file: string;
  readonly fieldsOf: FieldsOf;
  /** Where all that reads this file reports to. */
  readonly faults: PolicyFault[];
}

export function createCaseList({ nodes, file, fieldsOf, faults }: CaseListParts): CaseList {
  const cases: PolicyCase[] = [];
  const lines = new Map<string, number>();
  let isOver = false;
  const report = (line: number, message: string): void => void faults.push({ file, line, message });
  return {
    nodes,
    fieldsOf,
    cases,
    report,
    isFull: () => isOver || faults.length >= MAX_FAULTS,
    add(added) {
      const { name, line } = added;
      const first = lines.get(name);
      lines.set(name, first ?? line);
      if (first !== undefined) return report(line, `"${name}" stands on line ${first} already`);
      if (cases.length < MAX_CASES) return void cases.push({ ...added, file });
      if (!isOver) report(line, `more than ${MAX_CASES} cases; split the file`);
      isOver = true;
    },
  };
}
