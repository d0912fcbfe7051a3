// `weir trace ID`: everything known of one trace, drawn in time and then told request by request.
import type { Command } from "commander";
import type { AdminClient } from "./admin-client.ts";
import { CommandError } from "./command-error.ts";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { count, duration, instant } from "./format.ts";
import { clip } from "./format-text.ts";
import { terminalOf, type Terminal } from "./terminal.ts";
import { renderDetails } from "./trace-details.ts";
import type { Trace } from "./trace-rows.ts";
import { renderLogs } from "./trace-logs.ts";
import { treeOf } from "./trace-tree.ts";
import { renderWaterfall } from "./waterfall.ts";

const WHOLE_ID = /^[0-9a-f]{32}$/;
/** 32 bits name one of millions of traces, nearly always. */
const BEGINNING = /^[0-9a-f]{8,31}$/;
const MOST_DETAILS = 20;

export function traceCommand(): Command {
  return askingCommand("trace")
    .description("one trace: waterfall, log lines, decisions, candidates, attempts")
    .argument("<id>", "trace id, or at least its first 8 digits for one of the last day")
    .action((id: string, options: AskOptions) =>
      asking(options, async (client) => {
        const trace = await patiently("asking", readTrace(client, id.toLowerCase()));
        if (options.json) return print([JSON.stringify(trace)]);
        print(renderTrace(trace, terminalOf(process.stdout)));
      }),
    );
}

/** Rejects with CommandError. */
export async function readTrace(client: AdminClient, id: string): Promise<Trace> {
  const whole = WHOLE_ID.test(id) ? id : await complete(client, id);
  return (await client.get(`/api/v1/traces/${whole}`)) as Trace;
}

/** The one trace of the last day whose id begins so. */
async function complete(client: AdminClient, beginning: string): Promise<string> {
  if (!BEGINNING.test(beginning)) {
    throw new CommandError(
      "bad_id",
      "a trace id is 32 hexadecimal digits, or at least its first 8",
    );
  }
  const sql = `SELECT DISTINCT trace_id FROM requests
    WHERE started_at > now() - INTERVAL 1 DAY AND startsWith(trace_id, '${beginning}') LIMIT 9`;
  const { rows } = (await client.post("/api/v1/sql", { sql })) as {
    readonly rows: readonly { readonly trace_id: string }[];
  };
  const [first, ...others] = rows.map(({ trace_id }) => trace_id);
  if (first === undefined) {
    throw new CommandError("unknown_trace", `no trace of the last day begins with ${beginning}`);
  }
  if (others.length === 0) return first;
  throw new CommandError(
    "ambiguous_id",
    `more than one begins so: ${[first, ...others].join(", ")}`,
  );
}

/** Lines without line ends. */
export function renderTrace(trace: Trace, terminal: Terminal): string[] {
  const { requests, spans, logs, trace_id } = trace;
  const tree = treeOf(trace);
  const lines = renderLogs(trace, tree, terminal);
  const loose = lines.get("") ?? [];
  const parts = [
    counted(requests.length, "request"),
    ...(spans.length === 0 ? [] : [counted(spans.length, "span of services", "spans of services")]),
    ...(logs.length === 0 ? [] : [counted(logs.length, "log line")]),
    duration(tree.totalNs),
    instant((requests[0] ?? spans[0])?.started_at ?? "", Date.now()),
  ];
  const details = requests
    .slice(0, MOST_DETAILS)
    .flatMap((row) => ["", ...renderDetails(row, terminal)]);
  if (requests.length > MOST_DETAILS) {
    details.push("", `… and ${requests.length - MOST_DETAILS} more requests; --json has all`);
  }
  return [
    terminal.paint(`trace ${trace_id}`, "strong"),
    terminal.paint(clip(parts.join(" · "), terminal.width), "faint"),
    "",
    ...renderWaterfall(tree, terminal, lines),
    ...(loose.length === 0
      ? []
      : ["", terminal.paint("logged in no span of it", "faint"), ...loose]),
    ...details,
  ];
}

function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}
