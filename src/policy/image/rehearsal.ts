// A request made of a policy's own names: deciding it once finds code cold, so that no real request does.
import type { RequestTuple } from "../request/tuple.ts";
import { type AccessPath, accessPathOf } from "./access-path.ts";
import { alternativesOf } from "./alternatives.ts";
import type { PolicyImage } from "./policy-image.ts";
import type { Strings } from "./strings.ts";

/** null where rules can't be looked up: a decision would read them all. */
export function rehearsalOf(image: PolicyImage, strings: Strings): RequestTuple | null {
  const { model } = image;
  const accesses = alternativesOf(model).map((terms) => accessPathOf(terms, model));
  if (!accesses.every(looksUp)) return null;
  const asked = model.request.map(() => "");
  for (const access of accesses) {
    for (const [at, id] of namesOf(access, image)) asked[at] = strings.text(id);
  }
  return asked;
}

function looksUp({ equal, path, role }: AccessPath): boolean {
  return equal.length > 0 || path !== null || role !== null;
}

/** Places in the request, each with the number of a string: the first rule's, and the first holder of a role. */
function namesOf({ equal, path, role }: AccessPath, image: PolicyImage): [number, number][] {
  const pairs = path === null ? equal : [...equal, path];
  const ofRule = pairs.map(({ asked, column }): [number, number] => {
    return [asked, image.table.fields[column] ?? 0];
  });
  if (role === null) return ofRule;
  const links = image.roles.find(({ name }) => name === role.name)?.table;
  return [...ofRule, [role.asked, links?.fields[0] ?? 0]];
}
