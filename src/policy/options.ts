// What the config says about policy.

/** What a policy is made of. */
export interface PolicyFiles {
  /** Path of a casbin model file. */
  readonly model: string;
  /** Path of a casbin CSV rule file. */
  readonly rules: string;
  /** Which definitions of the model decide: "2" for r2, p2, e2, m2, or "r2,p,e,m2". Default: r, p, e, m. */
  readonly context?: string;
}

export interface PolicyOptions {
  /** Path of a casbin model file. */
  readonly model: string;
  /** Path of a casbin CSV rule file. */
  readonly rules: string;
  /** Request fields in the order of the model's request_definition, e.g. "identity.subject". */
  readonly request: readonly string[];
  /** Which definitions of the model decide; "": r, p, e, m. */
  readonly context: string;
  /** Path of the YAML file that recorded requests are saved to as tests; it need not be there. */
  readonly cases: string;
  /** Whether a 403 body names the deciding rule. */
  readonly explain: boolean;
  /** A candidate that decides each request as well, for the row alone; null: none. */
  readonly shadow: PolicyFiles | null;
  /** How other services ask by AuthZEN; null: nothing said, so the enforced policy, where its r fits. */
  readonly authzen: AuthzenOptions | null;
}

/** What answers the OpenID AuthZEN Authorization API. */
export interface AuthzenOptions {
  /** A policy of its own; null: the enforced one. */
  readonly policy: PolicyFiles | null;
  /** AuthZEN fields in the order of the model's request_definition, e.g. "subject.id". */
  readonly request: readonly string[];
  /** Path of a YAML file with known subjects, resources and actions; "": none. */
  readonly entities: string;
  /** The base URL that clients know, without "/" at its end; "": as they ask. */
  readonly url: string;
}

const PLAIN_FIELDS = [
  "identity.subject",
  "identity.kind",
  "identity.issuer",
  "request.path",
  "request.method",
  "request.host",
  "request.scheme",
  "request.client_address",
  "route.name",
  "route.service",
  "identity",
  "request",
] as const;

/** What follows says which one. */
const FIELD_FAMILIES = ["request.header.", "identity.attribute.", "identity.role."] as const;

export type PlainRequestField = (typeof PLAIN_FIELDS)[number];
export type RequestFieldFamily = (typeof FIELD_FAMILIES)[number];

/** All that `request` may name; NAME stands for any. */
export const REQUEST_FIELDS: readonly string[] = [
  ...PLAIN_FIELDS,
  ...FIELD_FAMILIES.map((family) => `${family}NAME`),
];

export function isRequestField(name: string): boolean {
  return (
    PLAIN_FIELDS.some((field) => field === name) ||
    FIELD_FAMILIES.some((family) => name.startsWith(family) && name.length > family.length)
  );
}

const HEADER_FAMILY: RequestFieldFamily = "request.header.";

/** The header (lower case) that a field of `request` reads; null: none. */
export function headerOf(field: string): string | null {
  if (!field.startsWith(HEADER_FAMILY)) return null;
  return field.slice(HEADER_FAMILY.length).toLowerCase();
}

/** What `authzen.request` may name: an entity, a part of one, the context, or a constant. */
const AUTHZEN_FIELD =
  /^(?:(?:subject|resource)(?:\.(?:type|id|properties(?:\.[^.]+)*))?|action(?:\.(?:name|properties(?:\.[^.]+)*))?|context(?:\.[^.]+)*|"[^"]*")$/;

export function isAuthzenField(name: string): boolean {
  return name.length <= 256 && AUTHZEN_FIELD.test(name);
}
