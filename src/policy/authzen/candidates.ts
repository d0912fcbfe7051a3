// Whom a search asks about: the entities that are known, and the names that the policy itself has.
import type { Sequence } from "../classes/atom.ts";
import { fieldTexts } from "../classes/field-texts.ts";
import { readingsOf } from "../classes/readings.ts";
import { roleNames } from "../classes/who.ts";
import type { CheckedPolicy } from "../engine.ts";
import { type Entities, type EntityKind, type KnownEntity } from "./entities.ts";

export interface CandidateParts {
  readonly policy: CheckedPolicy;
  /** AuthZEN fields in the order of the model's r. */
  readonly fields: readonly string[];
  readonly entities: Entities;
}

export interface Candidates {
  readonly known: readonly KnownEntity[];
  /** Names of which only the policy knows, so their type is open. */
  readonly named: readonly string[];
  /** Types of the known. */
  readonly types: ReadonlySet<string>;
  /** Whether patterns, or what can't be read off the matcher, may allow others as well. */
  readonly mayBeMore: boolean;
}

const NAME_FIELD: Readonly<Record<EntityKind, string>> = {
  subject: "subject.id",
  resource: "resource.id",
  action: "action.name",
};

/** Roles are left out: other names hold them. */
export function candidatesOf(
  kind: EntityKind,
  { policy, fields, entities }: CandidateParts,
): Candidates {
  const known = entities.lists[kind];
  const ids = new Set(known.map(({ id }) => id));
  const roles = kind === "subject" ? roleNames(policy) : new Set<string>();
  const names = new Set<string>();
  const places = fields.flatMap((field, at) => (field === NAME_FIELD[kind] ? [at] : []));
  let mayBeMore =
    places.length === 0 || readingsOf(policy.model.matcher, policy.model).opaque.length > 0;
  for (const place of places) {
    const { linked, compared, patterns } = fieldTexts([policy], place);
    const literal = [...patterns.values()].map(({ sequences }) => literalOf(sequences));
    for (const name of [...linked, ...compared, ...literal]) {
      if (name !== null && !ids.has(name) && !roles.has(name)) names.add(name);
    }
    mayBeMore ||= literal.includes(null);
  }
  const types = new Set(known.map(({ type }) => type));
  return { known, named: [...names], types, mayBeMore };
}

/** The one text that a pattern without any sign matches; null where there are more. */
function literalOf([sequence = [], ...others]: readonly Sequence[]): string | null {
  const chars = sequence.map(({ literal, many }) => (many ? null : literal));
  return others.length > 0 || chars.includes(null) ? null : chars.join("");
}

/** Those of a type. A name that only the policy knows is of any type, as long as types are not known. */
export function ofType(
  { known, named, types }: Candidates,
  kind: EntityKind,
  type: string,
): readonly KnownEntity[] {
  const wanted = kind === "action" ? "" : type;
  const found = known.filter((entity) => entity.type === wanted);
  if (types.size > 0 && !types.has(wanted)) return found;
  return [...found, ...named.map((id) => ({ type: wanted, id, properties: {} }))];
}
