// Reads a cases file: cases one by one, tables of rows, and matrices of who may do what.
import { MAX_FAULTS } from "../limits.ts";
import type { PolicyFault } from "../source.ts";
import { tupleTexts } from "../request/tuple.ts";
import { type CaseContext, type FieldsOf, readContext } from "./case-context.ts";
import { type CaseList, createCaseList } from "./case-list.ts";
import { readExpect, readName, readRequest, readRule, readTuple } from "./case-parts.ts";
import { readMatrix } from "./matrix.ts";
import type { CasesRead } from "./policy-case.ts";
import { readYaml } from "./yaml-nodes.ts";

type ReadItem = (item: unknown, list: CaseList) => void;

const KINDS: ReadonlyMap<string, ReadItem> = new Map([
  ["cases", readCase],
  ["tables", readTable],
  ["matrices", readMatrix],
]);

/**
 * One file of tests for a model whose contexts have these fields:
 *
 *     cases:                             # one by one
 *       - name: a customer places an order
 *         request: [alice, /orders, POST]        # in the order of r
 *         expect: allow                          # or deny
 *         rule: p, role:customer, /orders, POST  # if it matters; "" for no rule
 *     tables:                            # rows of a request, expect and, if it matters, rule
 *       - name: payments
 *         rows:
 *           - [alice, /payments, POST, allow]
 *           - [alice, /payments, PUT, deny, ""]
 *     matrices:                          # all fields but one go down, values of that one across
 *       - name: orders
 *         grid: |
 *           act   obj      alice  bob    mallory
 *           GET   /orders  allow  allow  deny
 *           POST  /orders  allow  deny   deny
 *
 * A cell of a grid is a word, or a JSON string where it has blanks in it; lines that begin with # are
 * comments. Each of the three may name a `context`, such as "2", where a model has several. Names are unique in a file. What is written more than once can be anchored (&name) and
 * repeated by an alias (*name).
 */
export function readCases(text: string, file: string, fieldsOf: FieldsOf): CasesRead {
  const faults: PolicyFault[] = [];
  const nodes = readYaml(text, (line, message) => void faults.push({ file, line, message }));
  if (nodes === null || faults.length > 0) return refused(faults);
  const list = createCaseList({ nodes, file, fieldsOf, faults });
  readRoot(list);
  return faults.length > 0 ? refused(faults) : { ok: true, cases: list.cases };
}

function refused(faults: readonly PolicyFault[]): CasesRead {
  return { ok: false, faults: faults.slice(0, MAX_FAULTS) };
}

function readRoot(list: CaseList): void {
  const { nodes } = list;
  const known = [...KINDS.keys()];
  const root = nodes.mapping(nodes.root, known);
  if (root === null) return;
  if (!known.some(root.has)) nodes.report(root.node, "write a list of cases: cases: [...]");
  for (const [kind, read] of KINDS) {
    const items = root.has(kind) ? nodes.list(root.get(kind), kind) : null;
    for (const item of items ?? []) {
      if (list.isFull()) return;
      read(item, list);
    }
  }
}

function readCase(item: unknown, list: CaseList): void {
  const { nodes } = list;
  const parts = nodes.mapping(item, ["name", "context", "request", "expect", "rule"]);
  if (parts === null) return;
  const name = readName(nodes, parts);
  const place = readContext(list, parts);
  const request = place && readRequest(nodes, parts, place.fields);
  const expect = readExpect(nodes, parts.get("expect"));
  const rule = parts.has("rule") ? readRule(nodes, parts.get("rule")) : null;
  if (name === undefined || place === undefined || request === undefined) return;
  if (expect === undefined || rule === undefined) return;
  const { context } = place;
  list.add({ name, context, request, expect, rule, line: nodes.line(item) });
}

function readTable(item: unknown, list: CaseList): void {
  const { nodes } = list;
  const parts = nodes.mapping(item, ["name", "context", "rows"]);
  if (parts === null) return;
  const name = readName(nodes, parts);
  const place = readContext(list, parts);
  const rows = nodes.list(parts.get("rows"), "rows: [...]");
  if (name === undefined || place === undefined || rows === null) return;
  for (const row of rows) {
    if (list.isFull()) return;
    readRow(row, list, { name, ...place });
  }
}

interface Table extends CaseContext {
  readonly name: string;
}

function readRow(row: unknown, list: CaseList, { name: table, context, fields }: Table): void {
  const { nodes } = list;
  const values = nodes.list(row, "values") ?? [];
  const [expected, ruled, ...more] = values.slice(fields.length);
  if (values.length === 0) return;
  if (expected === undefined || more.length > 0) {
    const wanted = `${fields.join(", ")}, expect and perhaps rule`;
    return nodes.report(row, `a row has ${wanted}: not ${values.length} values`);
  }
  const request = readTuple(nodes, values.slice(0, fields.length));
  const expect = readExpect(nodes, expected);
  const rule = ruled === undefined ? null : readRule(nodes, ruled);
  if (request === undefined || expect === undefined || rule === undefined) return;
  const name = `${table}: ${tupleTexts(request).join(" ")}`;
  list.add({ name, context, request, expect, rule, line: nodes.line(row) });
}
