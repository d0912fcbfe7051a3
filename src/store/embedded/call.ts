// Turns an HTTP request in ClickHouse's protocol into an engine call: who asks, what, with which settings.
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** URL parameters that are no settings. */
const PROTOCOL = new Set([
  "query",
  "database",
  "user",
  "password",
  "query_id",
  "session_id",
  "session_timeout",
  "session_check",
  "default_format",
  "compress",
  "decompress",
  "quota_key",
  "role",
  "enable_http_compression",
  "http_zlib_compression_level",
  "wait_end_of_query",
  "buffer_size",
  "send_progress_in_http_headers",
  "http_headers_progress_interval_ms",
  "cancel_http_readonly_queries_on_client_close",
  "client_protocol_version",
  "close_session",
  "stacktrace",
  "http_write_exception_in_output_format",
]);

/** What the setting log_comment says of statements that people typed. */
export const CONSOLE = "console";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Credentials in ClickHouse's order: its own headers, Basic, URL; undefined where there are none. */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  url: URLSearchParams,
): Credentials | undefined {
  const user = headers["x-clickhouse-user"];
  const key = headers["x-clickhouse-key"];
  if (typeof user === "string") return { user, password: typeof key === "string" ? key : "" };
  const basic = /^Basic\s+(?<token>\S+)$/i.exec(headers.authorization ?? "")?.groups?.["token"];
  if (basic !== undefined) return fromBasic(basic);
  const named = url.get("user");
  return named === null ? undefined : { user: named, password: url.get("password") ?? "" };
}

function fromBasic(token: string): Credentials {
  const text = Buffer.from(token, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0
    ? { user: text, password: "" }
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Compares the password without telling by time how much of it was right. */
export function isAllowed(given: Credentials | undefined, wanted: Credentials): boolean {
  if (given === undefined || given.user !== wanted.user) return false;
  const left = Buffer.from(given.password);
  const right = Buffer.from(wanted.password);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The settings and param_* of a URL; throws ClickHouse's own complaint for a name that is none. */
export function settingsOf(url: URLSearchParams): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of url) {
    if (PROTOCOL.has(name)) continue;
    if (!/^\w+$/.test(name)) {
      throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}'. (UNKNOWN_SETTING)`);
    }
    settings.set(name, value);
  }
  return settings;
}

/** Nothing runs for ever, nothing is acknowledged from memory; a request may ask for less time. */
export function withDefaults(settings: ReadonlyMap<string, string>): Map<string, string> {
  const all = new Map([
    ["max_execution_time", "60"],
    ["max_memory_usage", "1000000000"],
    ["max_result_bytes", String(256 << 20)],
    // A question's cap is the limit above: by its own measure, a GiB a thread, the engine would never use a second core.
    ["max_threads_min_free_memory_per_thread", String(128 << 20)],
    ...settings,
  ]);
  all.set("async_insert", "0");
  return all;
}
