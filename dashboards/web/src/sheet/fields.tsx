// Every column of the row, by the question it answers.
import type { ReactNode } from "react";
import { Door } from "../parts/door.tsx";
import { StoredText } from "../parts/stored-text.tsx";
import type { RequestRow } from "../request-row.ts";
import { FILTERS } from "../state/filters.ts";
import { bytes, duration, text } from "../../../../src/core/quantity.ts";
import { protectedValueOf } from "../../../../src/telemetry/protected-value.ts";

const QUESTIONS: readonly (readonly [question: string, columns: string])[] = [
  [
    "Which",
    "kind started_at trace_id span_id parent_span_id trace_flags trace_state sampled instance worker config_revision",
  ],
  [
    "What",
    "scheme http_version method host path query route service api_version request_bytes content_type user_agent headers client_address tls_version",
  ],
  ["Who", "principal principal_kind issuer roles auth_method auth_outcome"],
  [
    "May they",
    "decision rule rule_source policy_revision policy_request policy_replay role_path shadow_decision shadow_rule shadow_rule_source shadow_revision",
  ],
  [
    "Where to",
    "upstream picker candidates candidate_scores candidate_inflight attempt_upstream attempt_span_id attempt_started_ns attempt_duration_ns attempt_status attempt_error",
  ],
  [
    "Where the time went",
    "duration_ns identify_ns authorize_ns balance_ns queue_ns connect_ns upstream_first_byte_ns upstream_ns",
  ],
  [
    "How it ended",
    "status response_bytes completed error_code error_source limited_by breaker fault",
  ],
];
const NAMED = new Set(QUESTIONS.flatMap(([, columns]) => columns.split(" ")));

export function Fields({ row }: { readonly row: RequestRow }): ReactNode {
  const others = Object.keys(row).filter((name) => !NAMED.has(name));
  const groups = [
    ...QUESTIONS.map(([question, columns]) => [question, columns.split(" ")] as const),
    ["More", others] as const,
  ];
  return groups.map(([question, columns]) => {
    const there = columns.filter((name) => name in row);
    return there.length === 0 ? null : (
      <section key={question} className="field-group">
        <h4>{question}</h4>
        <dl>
          {there.map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <FieldValue name={name} value={row[name]} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
    );
  });
}

interface FieldValueProps {
  readonly name: string;
  readonly value: unknown;
}

function FieldValue({ name, value }: FieldValueProps): ReactNode {
  if (isMap(value)) return <Members of={value} />;
  const words = wordsOf(name, value);
  if (words === "") return <span className="faint">–</span>;
  const filter = FILTERS.find((each) => each === name);
  if (filter === undefined || protectedValueOf(words) !== null) {
    return (
      <code>
        <StoredText text={words} />
      </code>
    );
  }
  return (
    <Door filters={{ [filter]: String(value) }} title={`Requests with this ${name}`}>
      <code>{words}</code>
    </Door>
  );
}

function Members({ of }: { readonly of: object }): ReactNode {
  const members = Object.entries(of);
  if (members.length === 0) return <span className="faint">–</span>;
  return members.map(([name, value]) => (
    <code key={name} className="member">
      {name}: <StoredText text={String(value)} />
    </code>
  ));
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Exact values, with what they mean where that is not plain. */
function wordsOf(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "number" ? numberWords(name, value) : (JSON.stringify(value) ?? "");
}

function numberWords(name: string, value: number): string {
  if (name.endsWith("_ns")) return meaning(value, text(duration(value)));
  return name.endsWith("_bytes") ? meaning(value, text(bytes(value))) : String(value);
}

function meaning(value: number, words: string): string {
  return value < 1000 ? words : `${value.toLocaleString("en")} (${words})`;
}
