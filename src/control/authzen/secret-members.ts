// Keeps secrets of AuthZEN's entities and context out of rows: members are hidden by their names.
import type { RequestTuple, RequestValue } from "../../policy/request/tuple.ts";
import type { TelemetryOptions } from "../../telemetry/options.ts";
import { createPathRedaction, REDACTED } from "../../telemetry/redact-path.ts";

export interface SecretMembers {
  /** Names of members that rows do not keep, wherever they are. */
  readonly names: ReadonlySet<string>;
  /** What is kept of who or what is asked about, by "subject" and "resource". */
  readonly ids: Readonly<Record<string, (id: string) => string>>;
}

/** A subject is what `principal` is, and a resource what `path` is. */
export function secretMembersOf({ redact, protect }: TelemetryOptions): SecretMembers {
  const columns = [...(protect?.encrypt ?? []), ...(protect?.hash ?? [])];
  const paths = createPathRedaction(redact.path);
  const hide = (id: string): string => (id === "" ? "" : REDACTED);
  const ids: Record<string, (id: string) => string> = {};
  if (columns.includes("principal")) ids["subject"] = hide;
  if (columns.includes("path")) ids["resource"] = hide;
  else if (paths !== null) ids["resource"] = paths.path;
  return { names: new Set(redact.attributes), ids };
}

/** The same tuple where nothing of it is secret. `fields` name its places. */
export function withoutSecrets(
  tuple: RequestTuple,
  fields: readonly string[],
  secrets: SecretMembers,
): RequestTuple {
  const { names, ids } = secrets;
  if (names.size === 0 && Object.keys(ids).length === 0) return tuple;
  const kept = tuple.map((value, at) => keptOf(fields[at] ?? "", value, secrets));
  return kept.some((value, at) => value !== tuple[at]) ? kept : tuple;
}

function keptOf(field: string, value: RequestValue, { names, ids }: SecretMembers): RequestValue {
  const [entity = "", ...members] = field.split(".");
  const keep = ids[entity];
  if (isSecret(field, names) && value !== "") return REDACTED;
  if (keep === undefined) return hidden(value, names);
  if (members.length === 0) return withId(hidden(value, names), keep);
  return members[0] === "id" && typeof value === "string" ? keep(value) : hidden(value, names);
}

/** An entity as one object. */
function withId(entity: RequestValue, keep: (id: string) => string): RequestValue {
  if (typeof entity !== "object" || entity === null || !("id" in entity)) return entity;
  const { id } = entity;
  if (typeof id !== "string" || keep(id) === id) return entity;
  return { ...entity, id: keep(id) };
}

/** "subject.properties.card.number" is, where card or number is. */
function isSecret(field: string, secret: ReadonlySet<string>): boolean {
  const [, names = ""] = /(?:^context|\.properties)\.(.+)$/.exec(field) ?? [];
  return names.split(".").some((name) => secret.has(name));
}

/** The same value where none of its members is hidden. */
function hidden(value: RequestValue, secret: ReadonlySet<string>): RequestValue {
  if (typeof value !== "object" || value === null || secret.size === 0) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: RequestValue) => hidden(item, secret));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  const members = Object.entries(value).map(([name, member]): [string, RequestValue, boolean] => {
    const kept = secret.has(name) ? REDACTED : hidden(member, secret);
    return [name, kept, kept !== member];
  });
  if (members.every(([, , isChanged]) => !isChanged)) return value;
  return Object.fromEntries(members.map(([name, kept]) => [name, kept]));
}
