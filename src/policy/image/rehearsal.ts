// Requests made of a policy's own names: deciding them finds code cold, so that real ones don't.
import type { RequestTuple } from "../request/tuple.ts";
import { type AccessPath, accessPathOf } from "./access-path.ts";
import { alternativesOf } from "./alternatives.ts";
import type { PolicyImage } from "./policy-image.ts";
import type { RuleTable } from "./rule-table.ts";
import { textAt } from "./strings.ts";

/** So many that an engine has seen what is usual; they cost little, except in a large role graph. */
const REQUESTS = 8;

/** Each of another rule's names and another holder of a role; none where a decision would read all rules. */
export function rehearsalOf(image: PolicyImage): readonly RequestTuple[] {
  const accesses = alternativesOf(image.model).map((terms) => accessPathOf(terms, image.model));
  if (!accesses.every(looksUp)) return [];
  return Array.from({ length: REQUESTS }, (_, row) => requestOf(accesses, image, row));
}

function requestOf(accesses: readonly AccessPath[], image: PolicyImage, row: number): RequestTuple {
  const asked = image.model.request.map(() => "");
  for (const { equal, path, role } of accesses) {
    for (const pair of path === null ? equal : [...equal, path]) {
      asked[pair.asked] = textOf(image, image.table, { row, column: pair.column });
    }
    const links = image.roles.find(({ name }) => name === role?.name)?.table;
    if (role === null || links === undefined) continue;
    asked[role.asked] = textOf(image, links, { row, column: 0 });
  }
  return asked;
}

function looksUp({ equal, path, role }: AccessPath): boolean {
  return equal.length > 0 || path !== null || role !== null;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

function textOf({ strings }: PolicyImage, table: RuleTable, { row, column }: Cell): string {
  if (table.count === 0) return "";
  return textAt(strings, table.fields[(row % table.count) * table.width + column] ?? 0);
}
