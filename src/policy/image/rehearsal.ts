// A request made of a policy's own names: deciding it once finds code cold, so that no real request does.
import type { RequestTuple } from "../request/tuple.ts";
import { accessPathOf } from "./access-path.ts";
import { alternativesOf } from "./alternatives.ts";
import type { PolicyImage } from "./policy-image.ts";
import type { Strings } from "./strings.ts";

/** null where rules can't be looked up: a decision would read them all. */
export function rehearsalOf(
  { model, table, roles }: PolicyImage,
  strings: Strings,
): RequestTuple | null {
  const asked = model.request.map(() => "");
  const accesses = alternativesOf(model).map((terms) => accessPathOf(terms, model));
  if (accesses.length === 0) return null;
  for (const { equal, path, role } of accesses) {
    if (equal.length === 0 && path === null && role === null) return null;
    for (const pair of path === null ? equal : [...equal, path]) {
      asked[pair.asked] = strings.text(table.fields[pair.column] ?? 0);
    }
    const links = roles.find(({ name }) => name === role?.name)?.table;
    if (role !== null) asked[role.asked] = strings.text(links?.fields[0] ?? 0);
  }
  return asked;
}
