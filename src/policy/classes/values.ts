// The values of one field that a policy allows, all other fields given: who, what, or which methods.
import type { CheckedPolicy } from "../engine.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import { type Cell, createDimension, freshName } from "./dimension.ts";
import { fieldTexts } from "./field-texts.ts";

export interface ValuesQuery {
  /** The request; what stands at `field` is not looked at. */
  readonly request: readonly string[];
  readonly field: number;
}

export interface DecidedValue {
  readonly value: string;
  readonly decision: Decision;
}

export interface DecidedValues {
  /** Of each value that the policy names for this field. */
  readonly named: readonly DecidedValue[];
  /** Of values it does not name: one example for each kind that patterns tell apart. */
  readonly others: readonly DecidedValue[];
  /** False: patterns overlap in too many ways, so `others` has one example only. */
  readonly isComplete: boolean;
}

/** Decides each value; 2 to 10 us for each. */
export function decideValues(
  policy: CheckedPolicy,
  snapshot: PolicySnapshot,
  { request, field }: ValuesQuery,
): DecidedValues {
  const texts = fieldTexts([policy], field);
  const names = new Set([...texts.linked, ...texts.compared]);
  const decided = (value: string): DecidedValue => ({
    value,
    decision: snapshot.decide(request.with(field, value)),
  });
  const cells = texts.patterns.size === 0 ? [] : openCells({ policy, field });
  const examples = cells === null || cells.length === 0 ? [freshName(names)] : cells.map(exampleOf);
  return {
    named: [...names].map(decided),
    others: examples.map(decided),
    isComplete: cells !== null,
  };
}

interface Asked {
  readonly policy: CheckedPolicy;
  readonly field: number;
}

function openCells({ policy, field }: Asked): readonly Cell[] | null {
  const dimension = createDimension({
    field: policy.model.request[field] ?? "",
    texts: fieldTexts([policy], field),
    holdings: [],
    only: null,
  });
  return dimension?.cells.filter(({ isOpen }) => isOpen) ?? null;
}

function exampleOf({ value }: Cell): string {
  return value;
}

/** Whether the policy speaks of this value of the field. */
export function isNamed(policy: CheckedPolicy, field: number, value: string): boolean {
  const { compared, linked } = fieldTexts([policy], field);
  return compared.has(value) || linked.has(value);
}
