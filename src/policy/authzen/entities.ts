// Known subjects, resources and actions: whom a search may find, and properties a request need not send.
import type { RequestObject } from "../request/tuple.ts";
import type { AuthzenRequest } from "./request.ts";

/** Of an action `type` is "" and `id` its name. */
export interface KnownEntity {
  readonly type: string;
  readonly id: string;
  readonly properties: RequestObject;
}

export type EntityKind = "subject" | "resource" | "action";

/** In the order of their file. */
export type EntityLists = Readonly<Record<EntityKind, readonly KnownEntity[]>>;

export interface Entities {
  readonly lists: EntityLists;
  /** "" where there are none. */
  readonly revision: string;
}

export interface EntityIndex {
  readonly find: (kind: EntityKind, type: string, id: string) => KnownEntity | undefined;
  /** Properties that are known lie under those that the request brings. */
  readonly complete: (request: AuthzenRequest) => AuthzenRequest;
}

export function createEntityIndex({ lists, revision }: Entities): EntityIndex {
  const known = new Map<string, KnownEntity>();
  for (const kind of ["subject", "resource", "action"] as const) {
    for (const entity of lists[kind]) known.set(keyOf(kind, entity.type, entity.id), entity);
  }
  const find: EntityIndex["find"] = (kind, type, id) => known.get(keyOf(kind, type, id));
  const withKnown = <T extends { readonly properties: RequestObject }>(
    entity: T,
    found: KnownEntity | undefined,
  ): T => {
    if (found === undefined) return entity;
    return { ...entity, properties: { ...found.properties, ...entity.properties } };
  };
  return {
    find,
    complete(request) {
      if (revision === "") return request;
      const { subject, resource, action, context } = request;
      return {
        subject: withKnown(subject, find("subject", subject.type, subject.id)),
        resource: withKnown(resource, find("resource", resource.type, resource.id)),
        action: withKnown(action, find("action", "", action.name)),
        context,
      };
    },
  };
}

/** JSON, since types and ids may have any characters. */
export function keyOf(kind: EntityKind, type: string, id: string): string {
  return JSON.stringify([kind, type, id]);
}
