// Compiles `policy.request` into the function that makes a request tuple of what is known of a request.
import type { HeaderList } from "../../core/header-list.ts";
import { ANONYMOUS_SUBJECT, type Identity } from "../../core/identity.ts";
import { type PlainRequestField, REQUEST_FIELDS, type RequestFieldFamily } from "../options.ts";
import type { RequestTuple, RequestValue } from "./tuple.ts";

/** All a policy may look at. Everything but headers is weir's own finding, not the client's word. */
export interface DecisionInput {
  readonly identity: Identity;
  /** Normal form, as route, balancer and upstream see it. */
  readonly path: string;
  readonly method: string;
  /** Normal form, without port. */
  readonly host: string;
  readonly scheme: string;
  readonly clientAddress: string;
  readonly headers: HeaderList;
  readonly route: string;
  readonly service: string;
}

export type ReadTuple = (input: DecisionInput) => RequestTuple;

export type RequestFields =
  | { readonly ok: true; readonly read: ReadTuple }
  | { readonly ok: false; readonly faults: readonly string[] };

type ReadField = (input: DecisionInput) => RequestValue;

const FIELDS: Readonly<Record<PlainRequestField, ReadField>> = {
  "identity.subject": ({ identity }) => subjectOf(identity),
  "identity.kind": ({ identity }) => identity.kind,
  "identity.issuer": ({ identity }) => identity.issuer,
  "request.path": (input) => input.path,
  "request.method": (input) => input.method,
  "request.host": (input) => input.host,
  "request.scheme": (input) => input.scheme,
  "request.client_address": (input) => input.clientAddress,
  "route.name": (input) => input.route,
  "route.service": (input) => input.service,
  identity: ({ identity }) => ({
    subject: subjectOf(identity),
    kind: identity.kind,
    issuer: identity.issuer,
    roles: identity.roles,
    attributes: identity.attributes,
  }),
  request: (input) => ({
    path: input.path,
    method: input.method,
    host: input.host,
    scheme: input.scheme,
    client_address: input.clientAddress,
  }),
};
const READERS: ReadonlyMap<string, ReadField> = new Map(Object.entries(FIELDS));

/** An absent one reads as "". */
const FAMILIES: Readonly<Record<RequestFieldFamily, (name: string) => ReadField>> = {
  "request.header.": headerField,
  "identity.attribute.": attributeField,
  "identity.role.": roleField,
};

/** The faults name what would be right. */
export function compileRequestFields(names: readonly string[]): RequestFields {
  const readers: ReadField[] = [];
  const faults: string[] = [];
  for (const name of names) {
    const reader = readerOf(name);
    if (reader === null) faults.push(unknownField(name));
    else readers.push(reader);
  }
  if (names.length === 0) faults.push("policy.request must name at least one field");
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, read: (input) => readers.map((reader) => reader(input)) };
}

function readerOf(name: string): ReadField | null {
  const plain = READERS.get(name);
  if (plain !== undefined) return plain;
  for (const [prefix, familyField] of Object.entries(FAMILIES)) {
    if (name.startsWith(prefix) && name.length > prefix.length) {
      return familyField(name.slice(prefix.length));
    }
  }
  return null;
}

function unknownField(name: string): string {
  return `unknown request field "${name}"; known are ${REQUEST_FIELDS.join(", ")}`;
}

function subjectOf({ kind, subject }: Identity): string {
  return kind === "anonymous" ? ANONYMOUS_SUBJECT : subject;
}

/** Sent by the client, so a policy may restrict by it but should not grant by it alone. */
function headerField(name: string): ReadField {
  const lower = name.toLowerCase();
  return ({ headers }) => headers.joined(lower) ?? "";
}

function attributeField(name: string): ReadField {
  return ({ identity: { attributes } }) =>
    Object.hasOwn(attributes, name) ? (attributes[name] ?? "") : "";
}

/** "true" or "": a list of roles as one string would have to be taken apart by patterns. */
function roleField(name: string): ReadField {
  return ({ identity }) => (identity.roles.includes(name) ? "true" : "");
}
