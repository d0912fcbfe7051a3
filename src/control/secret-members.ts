// Keeps secrets of AuthZEN's entities and context out of rows: members are hidden by their names.
import type { RequestTuple, RequestValue } from "../policy/request/tuple.ts";
import { REDACTED } from "../telemetry/redact.ts";

/** The same tuple where nothing of it is secret. `fields` name its places. */
export function withoutSecrets(
  tuple: RequestTuple,
  fields: readonly string[],
  secret: ReadonlySet<string>,
): RequestTuple {
  if (secret.size === 0) return tuple;
  const kept = tuple.map((value, at) => {
    const field = fields[at] ?? "";
    return isSecret(field, secret) && value !== "" ? REDACTED : hidden(value, secret);
  });
  return kept.some((value, at) => value !== tuple[at]) ? kept : tuple;
}

/** "subject.properties.card.number" is, where card or number is. */
function isSecret(field: string, secret: ReadonlySet<string>): boolean {
  const [, names = ""] = /(?:^context|\.properties)\.(.+)$/.exec(field) ?? [];
  return names.split(".").some((name) => secret.has(name));
}

/** The same value where none of its members is hidden. */
function hidden(value: RequestValue, secret: ReadonlySet<string>): RequestValue {
  if (typeof value !== "object" || value === null) return value;
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
