// Whom a search asks about: the entities that are known, and the names that the policy itself has.
import type { PolicyImage } from "../image/policy-image.ts";
import type { Entities, EntityKind, KnownEntity } from "./entities.ts";
import { policyNames } from "./policy-names.ts";

export interface CandidateParts {
  readonly image: PolicyImage;
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
  /** Whether others may be allowed, which can't be listed. */
  readonly mayBeMore: boolean;
}

const NAME_FIELD: Readonly<Record<EntityKind, string>> = {
  subject: "subject.id",
  resource: "resource.id",
  action: "action.name",
};

export function candidatesOf(
  kind: EntityKind,
  { image, fields, entities }: CandidateParts,
): Candidates {
  const known = entities.lists[kind];
  const ids = new Set(known.map(({ id }) => id));
  const places = fields.flatMap((field, at) => (field === NAME_FIELD[kind] ? [at] : []));
  const { names, mayBeMore } = policyNames(image, new Set(places));
  const named = [...names].filter((name) => !ids.has(name));
  return { known, named, types: new Set(known.map(({ type }) => type)), mayBeMore };
}

/** Those of a type. A name that only the policy knows is of any type that is known, or of any where none is. */
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
