// All classes of requests that policies can tell apart: one cell for each field of a request.
import type { CheckedPolicy } from "../engine.ts";
import { createDimension, type Dimension } from "./dimension.ts";
import { fieldTexts } from "./field-texts.ts";
import { type HoldingsOf, holdingsOf, spokenRoles } from "./holdings.ts";
import { readingsOf } from "./readings.ts";

/** A class: the position of its cell in each dimension. */
export type ClassCells = readonly number[];

export interface ClassSpace {
  readonly dimensions: readonly Dimension[];
}

export type SpaceResult =
  | { readonly ok: true; readonly space: ClassSpace }
  | { readonly ok: false; readonly message: string };

/** `only` has the value of each field that is given, in the order of r; null: all values. */
export function createSpace(
  policies: readonly CheckedPolicy[],
  only: readonly (string | null)[],
): SpaceResult {
  const dimensions: Dimension[] = [];
  for (const [at, field] of (policies[0]?.model.request ?? []).entries()) {
    const dimension = createDimension({
      field,
      texts: fieldTexts(policies, at),
      holdings: policies.map((policy) => fieldHoldings(policy, at)),
      only: only[at] ?? null,
    });
    if (dimension === null) {
      return { ok: false, message: `the patterns of ${field} overlap in too many ways to list` };
    }
    dimensions.push(dimension);
  }
  return { ok: true, space: { dimensions } };
}

/** The roles that names of this field hold. */
export function fieldHoldings(policy: CheckedPolicy, field: number): HoldingsOf {
  const { roles } = readingsOf(policy.model.matcher, policy.model);
  const ofField = roles.filter((reading) => reading.field === field);
  return holdingsOf(policy, spokenRoles(policy, ofField));
}

export function tupleOf({ dimensions }: ClassSpace, cells: ClassCells): readonly string[] {
  return dimensions.map(({ cells: known }, at) => known[cells[at] ?? 0]?.value ?? "");
}
