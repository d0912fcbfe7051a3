// Request rows as traffic of a month makes them (test/bench/store/rows.ts has the same shares), made by the store itself:
// nights are quiet, some callers are denied again and again, some routes fail more, new callers and odd paths turn up.
import type { Command } from "./patient-command.ts";

const DAYS = 30;
const DAY_S = 86_400;
/** Rows at once: a chunk is a statement, so that it fits into the store's memory. */
const CHUNK = 100_000;

export interface Month {
  /** Seconds since the epoch; no row is newer. */
  readonly untilS: number;
  readonly rows: number;
  /** Of them, those of an earlier fill with the same end and number of rows. */
  readonly filled: number;
}

/** The 32 hex digits of row `n`, in SQL: spans and logs name the same traces. */
export const TRACE_ID =
  "lower(concat(hex(reinterpretAsFixedString(intHash64(n))), hex(reinterpretAsFixedString(intHash64(n + 0x5bd1e995)))))";

/**
 * Newest day first, so that a store which is filled in part has the newest; `month.filled` rows are there already. How many
 * it put in.
 */
export async function fillRequests(
  command: Command,
  month: Month,
  told: (filled: number) => void,
): Promise<number> {
  let put = 0;
  const aDay = Math.floor(month.rows / DAYS);
  for (let day = Math.floor(month.filled / aDay); day < DAYS; day++) {
    const first = Math.max(0, month.filled - day * aDay);
    for (let from = first; from < aDay; from += CHUNK) {
      const rows = Math.min(CHUNK, aDay - from);
      const chunk = { from, rows, aDay, dayStartS: month.untilS - (day + 1) * DAY_S };
      await command(insertOf(chunk, day));
      told(day * aDay + from + rows);
      put += rows;
    }
  }
  return put;
}

interface Chunk {
  /** First row of the day's. */
  readonly from: number;
  readonly rows: number;
  readonly aDay: number;
  readonly dayStartS: number;
}

function insertOf({ from, rows, aDay, dayStartS }: Chunk, day: number): string {
  // Monotonous in the row's number, three times as fast in the middle of the day as at its ends.
  const share = `((${from} + number) / ${aDay})`;
  const second = `(${share} - 0.5 / (2 * pi()) * sin(2 * pi() * (${share} + 0.5))) * ${DAY_S}`;
  const columns = COLUMNS.map(([name]) => name).join(", ");
  const values = COLUMNS.map(([name, value]) => `${value} AS c_${name}`).join(",\n");
  return `INSERT INTO requests (${columns})
    WITH
      ${day * aDay + from} + number AS n,
      ${share} AS share,
      fromUnixTimestamp64Nano(toInt64((${dayStartS} + ${second}) * 1e9)) AS at,
      ${DRAWN}
    SELECT ${values}
    FROM numbers(${rows})
    SETTINGS max_block_size = 65536, min_insert_block_size_rows = 131072, min_insert_block_size_bytes = 0,
      max_insert_threads = 1, max_threads = 1`;
}

const WORDS =
  "['orders', 'payments', 'users', 'carts', 'search', 'stock', 'mails', 'files', 'prices']";

/** Few are asked for often and most seldom: the n-th about 1/n as often as the first. */
function skewed(count: number, salt: number): string {
  return `(toUInt32(floor(pow(${count}, randUniform(0, 1, ${salt})))) - 1)`;
}

/** Most near `median`, some far above, as durations are. */
function lasting(median: number, salt: number): string {
  return `toUInt64(${median} * randLogNormal(0, 0.7, ${salt}))`;
}

const DRAWN = `
  ${skewed(60, 1)} AS r,
  ${skewed(5000, 2)} AS usual,
  -- Every 50,000 rows somebody is new.
  if(n % 1999 = 7, toUInt32(5000 + intDiv(n, 50000)), usual) AS caller,
  multiIf(n % 20011 = 0, 'audit', n % 199 = 0, 'decision', 'http') AS row_kind,
  row_kind = 'http' AS is_traffic,
  ${WORDS}[r % 9 + 1] AS word,
  concat('/api/v', toString(1 + r % 3), '/', word) AS base,
  randUniform(0, 1, 3) AS luck,
  randUniform(0, 1, 4) AS fate,
  if(luck < 0.8, 'GET', 'POST') AS verb,
  n % 211 = 5 AS is_stranger,
  NOT is_stranger AND row_kind != 'audit' AND (fate < 0.004 OR (caller % 50 = 7 AND fate < 0.25)) AS is_denied,
  is_traffic AND NOT is_stranger AND NOT is_denied AS is_passed,
  is_passed AND fate > if(r % 7 = 3, 0.97, 0.995) AS is_failed,
  -- Which way of several.
  toUInt8(rand(5) % 16) AS way,
  is_passed AND NOT is_failed AND n % 500 = 1 AS is_limited,
  is_passed AND NOT is_limited AS is_sent,
  is_sent AND n % 229 = 3 AS is_retried,
  arrayMap(i -> concat('http://10.9.', toString(r % 9), '.', toString(i), ':8080'), [1, 2, 3]) AS hosts,
  toUInt8(1 + rand(6) % 3) AS first,
  toUInt8(1 + first % 3) AS second,
  ${lasting(12e6, 7)} AS took,
  lower(hex(reinterpretAsFixedString(intHash64(n + 0x1b873593)))) AS span,
  -- An upstream's own 500, or what weir said for it.
  multiIf(NOT is_failed, '', way < 8, '', way < 12, 'upstream_reset', way < 15, 'upstream_timeout', 'no_upstream') AS fault_code,
  multiIf(row_kind = 'audit', 200, is_stranger, 401, is_denied, 403, is_limited, 429,
    is_failed, multiIf(fault_code = '', 500, fault_code = 'upstream_reset', 502, fault_code = 'upstream_timeout', 504, 503),
    n % 31 = 0, 404, 200) AS code,
  concat('user-', toString(caller)) AS subject,
  -- A candidate policy is tried on one request in 20.
  n % 20 = 2 AND NOT is_stranger AND row_kind != 'audit' AS is_shadowed`;

/** Columns in the table's words, each with the SQL of its value; what is left out is empty. */
const COLUMNS: readonly (readonly [name: string, sql: string])[] = [
  ["kind", "row_kind"],
  ["started_at", "at"],
  ["trace_id", TRACE_ID],
  ["span_id", "span"],
  ["trace_flags", "toUInt8(n % 10 = 0)"],
  ["sampled", "n % 10 = 0"],
  ["instance", "concat('weir-', toString(n % 3))"],
  ["worker", "toUInt16(intDiv(n, 3) % 2)"],
  ["config_revision", "hex(intHash32(toUInt32(toDate(at))))"],
  ["scheme", "if(caller % 40 = 3, 'http', 'https')"],
  ["http_version", "if(caller % 60 = 5, '1.0', '1.1')"],
  ["method", "verb"],
  ["host", "'shop.example.com'"],
  [
    "path",
    `if(n % 9973 = 0, concat('/x', toString(intDiv(n, 500000)), '/setup.php'), concat(base, '/', toString(${skewed(1e6, 8)})))`,
  ],
  ["query", `if(rand(9) % 5 = 0, concat('page=', toString(${skewed(100, 10)})), '')`],
  [
    "route",
    "multiIf(row_kind = 'audit', 'audit', row_kind = 'decision', 'authzen', concat(word, '-', toString(r)))",
  ],
  ["service", "if(is_traffic, word, '')"],
  ["request_bytes", `if(verb = 'GET', 0, ${lasting(400, 11)})`],
  [
    "user_agent",
    "concat('Mozilla/5.0 (X11; Linux x86_64; rv:', toString(100 + caller % 40), '.0) Gecko/20100101 Firefox/', toString(100 + caller % 40), '.0')",
  ],
  ["headers", "map('accept', 'application/json')"],
  [
    "client_address",
    "if(is_stranger AND way < 10, concat('198.51.100.', toString(rand(12) % 20)), concat('10.', toString(caller % 7), '.', toString(bitShiftRight(caller, 4) % 250), '.', toString(caller % 250)))",
  ],
  ["tls_version", "multiIf(caller % 40 = 3, '', caller % 40 = 4, '1.2', '1.3')"],
  ["principal", "multiIf(row_kind = 'audit', 'admin', is_stranger, '', subject)"],
  ["principal_kind", "multiIf(is_stranger, 'anonymous', caller % 11 = 0, 'key', 'token')"],
  [
    "issuer",
    "if(is_stranger OR caller % 11 = 0, '', concat('https://id', toString(caller % 3), '.example.com'))",
  ],
  ["roles", "if(is_stranger, [], ['customer'])"],
  ["auth_method", "if(caller % 11 = 0, 'key', 'jwt')"],
  [
    "auth_outcome",
    "if(is_stranger, ['invalid_key', 'expired', 'bad_signature'][way % 3 + 1], 'ok')",
  ],
  ["decision", "multiIf(row_kind = 'audit' OR is_stranger, 'none', is_denied, 'deny', 'allow')"],
  [
    "rule",
    "multiIf(row_kind = 'audit' OR is_stranger OR (is_denied AND way < 8), '', is_denied, concat('p, guest, ', base, '/*, *, deny'), concat('p, customer, ', base, '/*, ', verb, ', allow'))",
  ],
  [
    "rule_source",
    "if(row_kind = 'audit' OR is_stranger OR (is_denied AND way < 8), '', concat('policy.csv:', toString(7 + r)))",
  ],
  [
    "policy_revision",
    "if(row_kind = 'audit' OR is_stranger, '', hex(intHash32(toUInt32(intDiv(toUInt32(toDate(at)), 3)))))",
  ],
  [
    "policy_request_kept",
    "if(is_stranger OR row_kind = 'audit', [], ['\\x01principal', base, '\\x01method'])",
  ],
  ["role_path_kept", "if(is_stranger OR row_kind = 'audit', [], ['\\x01principal', 'customer'])"],
  [
    "shadow_decision",
    "if(is_shadowed, if(is_denied != (rand(13) % 300 = 0), 'deny', 'allow'), '')",
  ],
  ["shadow_rule", "if(is_shadowed, concat('p, customer, ', base, '/*, *, allow'), '')"],
  ["shadow_rule_source", "if(is_shadowed, 'next.csv:3', '')"],
  ["shadow_revision", "if(is_shadowed, 'c0ffee01', '')"],
  ["upstream", "multiIf(NOT is_sent, '', is_retried, hosts[second], hosts[first])"],
  ["picker", "if(is_sent, 'adaptive', '')"],
  ["candidates", "if(is_sent, hosts, [])"],
  [
    "candidate_scores",
    "if(is_sent, arrayMap(i -> toFloat32(40 * randUniform(0, 1, i)), [14, 15, 16]), [])",
  ],
  ["candidate_inflight", `if(is_sent, arrayMap(i -> toUInt16(rand(i) % 20), [17, 18, 19]), [])`],
  [
    "attempt_upstream",
    "multiIf(NOT is_sent, [], is_retried, [hosts[first], hosts[second]], [hosts[first]])",
  ],
  [
    "attempt_started_ns",
    `multiIf(NOT is_sent, [], is_retried, [${lasting(2e4, 20)}, intDiv(took, 3)], [${lasting(2e4, 20)}])`,
  ],
  [
    "attempt_duration_ns",
    "multiIf(NOT is_sent, [], is_retried, [intDiv(took, 4), intDiv(took, 2)], [toUInt64(took * 0.95)])",
  ],
  [
    "attempt_status",
    "multiIf(NOT is_sent, [], is_retried, [0, code], [if(fault_code = '', code, 0)])",
  ],
  [
    "attempt_error",
    "multiIf(NOT is_sent, [], is_retried, ['connect_refused', ''], [replaceOne(fault_code, 'upstream_', '')])",
  ],
  ["duration_ns", "if(is_sent, took, intDiv(took, 100))"],
  ["identify_ns", lasting(3000, 21)],
  ["authorize_ns", lasting(2000, 22)],
  ["balance_ns", `if(is_sent, ${lasting(1500, 23)}, 0)`],
  ["connect_ns", `if(is_sent AND n % 50 = 0, ${lasting(3e5, 24)}, 0)`],
  ["upstream_first_byte_ns", "if(is_sent, toUInt64(took * 0.9), 0)"],
  ["upstream_ns", "if(is_sent, toUInt64(took * 0.95), 0)"],
  ["status", "toUInt16(code)"],
  ["response_bytes", lasting(2000, 25)],
  ["completed", "true"],
  [
    "error_code",
    "multiIf(is_stranger, 'unauthenticated', is_denied, 'forbidden', is_limited, 'rate_limited', fault_code)",
  ],
  [
    "error_source",
    "multiIf(is_stranger, 'client', is_denied OR is_limited, 'weir', is_failed, 'upstream', '')",
  ],
  ["limited_by", "if(is_limited, concat('per-caller-', toString(r % 5)), '')"],
  [
    "attributes",
    "if(row_kind = 'audit', map('audit.action', if(way < 8, 'reload', 'revoke'), 'audit.changed', 'policy', 'audit.cause', 'files'), map())",
  ],
];
