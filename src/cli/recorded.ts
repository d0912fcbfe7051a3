// Recorded decisions as a running weir streams them: read in batches, never held whole.
import { messageOf } from "../core/errors.ts";
import { RECORDED_COLUMNS, type RecordedGroup } from "../policy/replay/recorded.ts";
import type { AdminClient, AdminParams, EventBytes } from "./admin-client.ts";
import { CommandError } from "./command-error.ts";

const PATH = "/api/v1/policy/recorded";

export interface RecordedStream {
  /** ISO-8601, UTC. */
  readonly since: string;
  readonly until: string;
  /** Counted when it began; what comes may be a few more. */
  readonly requests: number;
  /** Rejects with CommandError where the stream breaks off. Read once; whoever leaves early ends it. */
  readonly batches: AsyncIterable<readonly RecordedGroup[]>;
}

/** Rejects with CommandError. */
export async function askRecorded(
  client: AdminClient,
  params: AdminParams,
): Promise<RecordedStream> {
  const batches = readLines(await client.lines(PATH, params), client.url);
  const first = await batches.next();
  const [head, ...rest] = first.done === true ? [] : first.value;
  const { columns, since, until, requests } = (head ?? {}) as Partial<Head>;
  if (String(columns) !== String(RECORDED_COLUMNS) || since === undefined) {
    await batches.return();
    throw new CommandError("other_version", `${client.url} is a weir of another version`);
  }
  return {
    since,
    until: until ?? since,
    requests: requests ?? 0,
    batches: groupsOf(rest, batches, client.url),
  };
}

interface Head {
  readonly columns: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly requests: number;
}

interface Tail {
  readonly groups?: number;
  readonly problem?: { readonly code: string; readonly title: string; readonly detail: string };
}

type Lines = AsyncGenerator<readonly unknown[], void>;

/** Without its last line a stream is not whole, however it ended. */
async function* groupsOf(
  first: readonly unknown[],
  more: Lines,
  url: string,
): AsyncGenerator<readonly RecordedGroup[]> {
  let groups = first.length;
  let tail = tailOf(first);
  try {
    yield takeGroups(first);
    for await (const lines of more) {
      tail ??= tailOf(lines);
      groups += lines.length;
      yield takeGroups(lines);
    }
  } finally {
    await more.return();
  }
  if (tail?.problem !== undefined) throw problemOf(tail.problem);
  if (tail?.groups !== groups - 1) {
    throw new CommandError(
      "broken_off",
      `${url} broke off before all decisions were told; ask again`,
    );
  }
}

function tailOf(lines: readonly unknown[]): Tail | null {
  const last = lines.at(-1);
  return last === undefined || Array.isArray(last) ? null : last;
}

function takeGroups(lines: readonly unknown[]): readonly RecordedGroup[] {
  return lines.filter((line) => Array.isArray(line)).map(groupOf);
}

function groupOf(values: readonly unknown[]): RecordedGroup {
  const [request, replay, decision, rule, rule_source, principal, route, service, method] = values;
  const [requests, first_seen, last_seen, trace_id, span_id, path] = values.slice(9);
  return {
    request,
    replay,
    decision,
    rule,
    rule_source,
    principal,
    route,
    service,
    method,
    requests,
    first_seen,
    last_seen,
    trace_id,
    span_id,
    path,
  } as RecordedGroup;
}

function problemOf({ code, title, detail }: NonNullable<Tail["problem"]>): CommandError {
  return new CommandError(code, `the decisions broke off: ${title.replace(/\.$/, "")}: ${detail}`);
}

/** No line of ours is as long. */
const MOST_CHARS = 4 * 1024 * 1024;

/** All whole lines of what came at once. JSON has no line ends within a text, so each ends a line. */
async function* readLines(bytes: EventBytes, url: string): Lines {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of bytes) {
      rest += decoder.decode(chunk, { stream: true });
      const end = rest.lastIndexOf("\n");
      if (end < 0 && rest.length > MOST_CHARS) throw new Error("a line has no end");
      if (end < 0) continue;
      yield JSON.parse(`[${rest.slice(0, end).replaceAll("\n", ",")}]`) as unknown[];
      rest = rest.slice(end + 1);
    }
  } catch (thrown) {
    throw new CommandError("broken_off", `${url} broke off: ${messageOf(thrown)}; ask again`, {
      cause: thrown,
    });
  }
}
