// POST /api/v1/reveal: the encrypted fields of a trace, to be opened by whoever has the key, once it is recorded who asks.
import { z } from "zod";
import type { Row } from "../../store/answer.ts";
import { readTrace } from "../../store/requests.ts";
import { keyIdOf } from "../../telemetry/field-cipher.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { json, NONE, time } from "../http/schemas.ts";
import type { Questions } from "../questions.ts";
import { isoTime } from "../times.ts";

const MAX_REASON = 400;
/** In an audit row, of all names together. */
const MAX_FIELDS = 400;

const wishes = z.strictObject({
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
    .toLowerCase(),
  reason: z
    .string()
    .regex(/^(?=.*\S)\P{Cc}+$/u, "must be one line of text")
    .max(MAX_REASON)
    .meta({ description: "Why; stands in the audit row" }),
});

const field = z.strictObject({
  field: z.string().meta({ description: "A column, headers.NAME or attributes.NAME" }),
  value: z.string().meta({ description: "As stored: enc:v1:KEY:..." }),
});

const revealed = z.strictObject({
  trace_id: z.string(),
  rows: z.array(z.strictObject({ span_id: z.string(), started_at: time, fields: z.array(field) })),
});

type Revealed = z.output<typeof revealed>;

export function revealEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "post",
    path: "/api/v1/reveal",
    summary:
      "Encrypted fields of a trace, still encrypted, with an audit row that says who asked and why",
    parameters: NONE,
    query: NONE,
    body: wishes,
    answer: json("Rows that have encrypted fields, oldest first", revealed),
    problems: ["unknown_trace", "store_unavailable", "busy", "query_timeout"],
    audit: () => "reveal",
    auditAsked: askedOf,
    auditDetails: fieldsOf,
    mustBeRecorded: true,
    handle: async ({ body: { trace_id } }) => {
      const { requests } = await ask((store) => readTrace(store, trace_id));
      if (requests.length === 0) {
        throw new Problem("unknown_trace", "it is not stored yet, no longer, or never was");
      }
      const rows = requests.map(rowOf).filter(({ fields }) => fields.length > 0);
      return { kind: "json", body: { trace_id, rows } };
    },
  });
}

function rowOf(row: Row): Revealed["rows"][number] {
  const fields = [
    ...textsOf("", row),
    ...textsOf("headers.", row["headers"]),
    ...textsOf("attributes.", row["attributes"]),
  ];
  return {
    span_id: String(row["span_id"]),
    started_at: String(isoTime(row["started_at"])),
    fields: fields.filter(({ value }) => keyIdOf(value) !== null),
  };
}

function textsOf(prefix: string, members: unknown): z.output<typeof field>[] {
  return Object.entries(Object(members) as object).flatMap(([name, value]) =>
    typeof value === "string" ? [{ field: prefix + name, value }] : [],
  );
}

/** A body that is refused tells nothing. */
function askedOf(body: unknown): readonly string[] {
  const { data } = wishes.safeParse(body);
  return data === undefined ? [] : ["audit.trace_id", data.trace_id, "audit.reason", data.reason];
}

/** Never a value. */
function fieldsOf({ rows }: Partial<Revealed>): readonly string[] {
  if (rows === undefined) return [];
  const names = new Set(rows.flatMap(({ fields }) => fields.map((each) => each.field)));
  return ["audit.fields", [...names].join(", ").slice(0, MAX_FIELDS)];
}
