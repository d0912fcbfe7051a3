// What weir knows of one request of a trace, in words: caller, decision, candidates, attempts, stages.
import { duration } from "./format.ts";
import { clip, fit, fitRight, harmless, widthOf } from "./format-text.ts";
import type { Terminal } from "./terminal.ts";
import { digits } from "../core/quantity.ts";
import type { RequestRow } from "../telemetry/columns.ts";
import { shadowChange } from "../telemetry/shadow-change.ts";
import { stagesOf } from "../telemetry/request-stages.ts";
import { hostOf } from "./trace-rows.ts";
import { STAGE_LOOKS } from "./trace-stages.ts";

const LABEL_WIDTH = 11;

/** Pickers whose score is an expected cost in nanoseconds. */
const EXPECTS_NS = new Set(["adaptive", "least-response-time"]);

type Part = (row: RequestRow, terminal: Terminal) => readonly string[];

/** Each part: its label, and lines that may be painted, already clipped to the width beside the label. */
const PARTS: readonly (readonly [label: string, part: Part])[] = [
  ["caller", caller],
  ["decision", decision],
  ["shadow", shadow],
  ["balance", candidates],
  ["attempts", attempts],
  ["error", error],
  ["time", stages],
];

/** Lines without line ends, none wider than the terminal. */
export function renderDetails(row: RequestRow, terminal: Terminal): string[] {
  const { paint, width } = terminal;
  const title = `${row.method} ${row.path}`;
  const via = row.route === "" ? "" : `, route ${harmless(row.route)}`;
  const whole = row.completed ? "" : ", cut short";
  const ended = ` ${row.status} in ${duration(row.duration_ns)}${whole}${via}`;
  const outcome = clip(ended, width - LABEL_WIDTH);
  const head = clip(harmless(title), width - widthOf(outcome));
  const inner = { paint, width: width - LABEL_WIDTH };
  const body = PARTS.flatMap(([label, part]) =>
    part(row, inner).map((line, at) => {
      const beside = paint(fit(at === 0 ? `  ${label}` : "", LABEL_WIDTH), "faint");
      return `${beside}${line}`.trimEnd();
    }),
  );
  return [
    `${paint(head, "strong")}${row.status >= 500 ? paint(outcome, "bad") : outcome}`,
    ...body,
  ];
}

function caller(row: RequestRow, { width }: Terminal): string[] {
  const roles = row.roles.length === 0 ? "" : `, ${row.roles.join(", ")}`;
  const who =
    row.principal === ""
      ? `nobody verified (credentials: ${credential(row, ": ")}${row.auth_outcome})`
      : `${row.principal} (${credential(row) || row.principal_kind}${roles})`;
  return [clip(harmless(`${who} from ${row.client_address}`), width)];
}

/** The method, and whose credential it was, where that is known; "": older rows, and what was only claimed. */
function credential({ auth_method, issuer }: RequestRow, end = ""): string {
  const by = issuer === "" ? "" : ` of ${issuer}`;
  return auth_method === "" ? "" : `${auth_method}${by}${end}`;
}

function decision(row: RequestRow, { width, paint }: Terminal): string[] {
  if (row.decision === "none")
    return [row.route === "" ? "none: no route" : "none: no policy here"];
  const rule = row.rule === "" ? "no rule matched" : row.rule;
  const isRefused = row.decision !== "allow";
  const first = clip(harmless(`${row.decision}  ${rule}`), width);
  const word = first.slice(0, row.decision.length);
  const source = row.rule_source === "" ? "" : `${row.rule_source}, `;
  return [
    `${isRefused ? paint(word, "bad") : word}${paint(first.slice(word.length), "policy")}`,
    clip(harmless(`at ${source}revision ${row.policy_revision}`), width),
    clip(harmless(`of (${row.policy_request.join(", ")})`), width),
  ];
}

/** What the candidate policy says, where it would change something. */
function shadow(row: RequestRow, { width, paint }: Terminal): string[] {
  if (shadowChange(row.decision, row.shadow_decision) === "") return [];
  const rule = row.shadow_rule === "" ? "no rule matched" : row.shadow_rule;
  const source = row.shadow_rule_source === "" ? "" : `${row.shadow_rule_source}, `;
  return [
    paint(clip(harmless(`${row.shadow_decision}  ${rule}`), width), "policy"),
    clip(harmless(`at ${source}revision ${row.shadow_revision}`), width),
  ];
}

function candidates(row: RequestRow, { width, paint }: Terminal): string[] {
  if (row.picker === "") return [];
  const hosts = row.candidates.map((upstream) => harmless(hostOf(upstream)));
  const scores = row.candidate_scores.map(EXPECTS_NS.has(row.picker) ? duration : digits);
  const scoreWidth = Math.max(0, ...scores.map(widthOf));
  const hostWidth = Math.min(
    Math.max(0, ...hosts.map(widthOf)),
    Math.max(8, width - scoreWidth - 26),
  );
  const lines = hosts.map((host, at) => {
    const score = fitRight(scores[at] ?? "", scoreWidth);
    const inflight = String(row.candidate_inflight[at] ?? 0);
    const isPicked = row.candidates[at] === row.upstream;
    const words = `${isPicked ? "▸" : " "} ${fit(host, hostWidth)}  score ${score}  in flight ${fitRight(inflight, 3)}`;
    const line = clip(words, width);
    return isPicked ? paint(line, "strong") : line;
  });
  const of = `${row.picker}, ${row.candidates.length} of ${row.service}:`;
  return [clip(harmless(of), width), ...lines];
}

function attempts(row: RequestRow, { width, paint }: Terminal): string[] {
  return row.attempt_upstream.map((upstream, at) => {
    const failure = row.attempt_error[at] ?? "";
    const status = row.attempt_status[at] ?? 0;
    const took = duration(row.attempt_duration_ns[at] ?? 0);
    const outcome = failure === "" ? String(status) : failure;
    const line = clip(harmless(`${at + 1}  ${hostOf(upstream)}  ${took}  ${outcome}`), width);
    return failure !== "" || status >= 500 ? paint(line, "bad") : line;
  });
}

function error(row: RequestRow, { width, paint }: Terminal): string[] {
  if (row.error_code === "") return [];
  return [paint(clip(harmless(`${row.error_code}, by ${row.error_source}`), width), "bad")];
}

/** As many stages on a line as fit. */
function stages(row: RequestRow, { width, paint }: Terminal): string[] {
  const lines: string[] = [];
  let left = 0;
  for (const { name, durationNs } of stagesOf(row)) {
    const [glyph, tone] = STAGE_LOOKS[name];
    const words = `${name} ${duration(durationNs)}`;
    const taken = words.length + 4;
    if (left < taken) {
      lines.push("");
      left = width;
    }
    lines.push(`${lines.pop() ?? ""}${paint(glyph, tone)} ${words}  `);
    left -= taken;
  }
  return lines;
}
