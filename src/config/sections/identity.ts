// The sections that say who is known and what decides.
import { z } from "zod";
import { ANONYMOUS_SUBJECT } from "../../core/identity.ts";
import { isAuthzenField, isRequestField, REQUEST_FIELDS } from "../../policy/options.ts";
import { DEFAULTS } from "../defaults.ts";
import { anyText, baseUrl, fieldName, integer, nameText, pathOf, textLike } from "../fields.ts";
import { tokensField } from "./tokens.ts";
import { SUBJECT_SOURCES } from "../../identity/options.ts";
import { suggestion } from "../suggest.ts";

const { failures } = DEFAULTS;
const MAX_KEYS = 10_000;
const MOST_FAILURES = 60_000;
const REALM = /^[ !#-[\]-~]{1,64}$/;
/** A comma would make two keys of one. */
const KEY = /^[!-+\--~]{1,512}$/;
const PLAIN_NAME = /^[\w.-]{1,140}$/;
const SUBJECT = /^[^\p{C}\s](?:[^\p{C}]{0,254}[^\p{C}\s])?$/u;
/** Policies call callers without credentials, and roles, by these. */
const RESERVED_SUBJECT = new RegExp(`^(?:${ANONYMOUS_SUBJECT}$|role:)`, "i");

const subject = textLike(
  "a name other than anonymous or role:..., without blanks at its ends",
  (text) => SUBJECT.test(text) && !RESERVED_SUBJECT.test(text),
);

const key = z.strictObject({
  key: textLike("visible ASCII without blanks or commas, at most 512 long", (text) =>
    KEY.test(text),
  ).meta({
    description: "The secret callers send in x-api-key; give a reference",
  }),
  subject: subject.meta({ description: "Who sends it" }),
  roles: z.array(nameText()).default([]).meta({ description: "The subject's roles" }),
  attributes: z
    .record(nameText(), anyText())
    .default({})
    .meta({ description: "Further facts for policies" }),
});

const fieldOrNone = (): z.ZodUnion<[z.ZodString, z.ZodLiteral<"">]> =>
  z.union([fieldName(), z.literal("")]);

export const identitySection = z.strictObject({
  keys: z.array(key).max(MAX_KEYS).default([]).meta({ description: "API keys" }),
  tokens: tokensField,
  certificates: z
    .strictObject({
      subject: z
        .array(z.enum(SUBJECT_SOURCES))
        .min(1)
        .default([...DEFAULTS.certificate_subject])
        .meta({
          description: "Where a client's certificate names it: the first of which it has one",
        }),
    })
    .prefault({})
    .meta({ description: "Callers with certificates of their own" }),
  users: z
    .strictObject({
      file: pathOf("file").meta({
        description: "Who logs in by HTTP Basic; made by `weir users`, seen from the config",
      }),
      realm: textLike('printable ASCII without " and \\, at most 64 long', (text) =>
        REALM.test(text),
      )
        .default(DEFAULTS.users_realm)
        .meta({ description: "What a browser says the password is for" }),
    })
    .optional()
    .meta({ description: "Users with passwords" }),
  failures: z
    .strictObject({
      per_source_per_minute: integer(0, MOST_FAILURES)
        .default(failures.per_source_per_minute)
        .meta({
          description: "Failures answered to one address, or /64 of IPv6; 0: all",
        }),
      per_subject_per_minute: integer(0, MOST_FAILURES)
        .default(failures.per_subject_per_minute)
        .meta({
          description:
            "Passwords tried for one name from one address, and ten times as many from all; 0: all",
        }),
    })
    .prefault({})
    .meta({ description: "How often one may fail to authenticate" }),
  headers: z
    .strictObject({
      subject: fieldOrNone()
        .default(DEFAULTS.identity_headers.subject)
        .meta({ description: "Field that tells the service who calls; empty: none" }),
      roles: fieldOrNone()
        .default(DEFAULTS.identity_headers.roles)
        .meta({ description: "Field that tells the service the caller's roles; empty: none" }),
    })
    .prefault({})
    .meta({ description: "Fields only weir may set; removed from what clients send" }),
});

const requestField = z
  .string()
  .refine((text) => PLAIN_NAME.test(text) && isRequestField(text), {
    error: ({ input }) =>
      `must be one of ${REQUEST_FIELDS.join(", ")}${suggestion(String(input), REQUEST_FIELDS)}`,
  })
  .meta({ type: "a request field, such as identity.subject" });

const CONTEXT = /^(?:|\d{1,3}|r\d*,p\d*,e\d*,m\d*)$/;

const context = textLike('definitions in quotes, such as "2" or "r2,p2,e2,m2"', (text) =>
  CONTEXT.test(text),
).default("");

const authzenField = textLike(
  'an AuthZEN field: subject.id, .type, .properties.NAME, the same of resource, action.name, context.NAME, a whole one, or a constant in ""',
  isAuthzenField,
).meta({ type: "an AuthZEN field, such as subject.id" });

const authzenSection = z.strictObject({
  model: pathOf("file").optional().meta({
    description: "A model of its own; without it the enforced policy is asked",
  }),
  rules: pathOf("file").optional().meta({ description: "The rules of that model" }),
  context: context.meta({ description: "Which definitions of that model decide" }),
  request: z
    .array(authzenField)
    .min(1)
    .default([...DEFAULTS.authzen_request])
    .meta({ description: "AuthZEN fields in the order of the model's request_definition" }),
  entities: pathOf("file").optional().meta({
    description: "A YAML file of known subjects, resources and actions, with their properties",
  }),
  url: baseUrl().optional().meta({
    description: "The base URL that clients know, where TLS ends before weir; for the metadata",
  }),
});

export const policySection = z.strictObject({
  model: pathOf("file").meta({ description: "A casbin model file, seen from the config" }),
  rules: pathOf("file").meta({ description: "A casbin CSV rule file, seen from the config" }),
  request: z
    .array(requestField)
    .min(1)
    .default([...DEFAULTS.policy_request])
    .meta({ description: "Request fields in the order of the model's request_definition" }),
  context: context.meta({
    description: "Which definitions decide, where a model has several: 2 for r2, p2, e2 and m2",
  }),
  explain: z
    .boolean()
    .default(false)
    .meta({ description: "Whether a 403 names the deciding rule" }),
  cases: pathOf("file").optional().meta({
    description: "Where recorded requests are saved as tests; default: cases.yaml beside the rules",
  }),
  shadow: z
    .strictObject({
      model: pathOf("file").meta({ description: "The candidate's model" }),
      rules: pathOf("file").meta({ description: "The candidate's rules" }),
    })
    .optional()
    .meta({ description: "A candidate: decides each request as well, for the row alone" }),
  authzen: authzenSection
    .optional()
    .meta({ description: "How other services ask by the AuthZEN API of the admin server" }),
});
