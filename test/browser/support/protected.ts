// A canned request whose fields are protected, as a real row has them.
import { createFieldEncryption } from "../../../src/telemetry/field-cipher.ts";
import { createFieldHash } from "../../../src/telemetry/field-hash.ts";
import { createRandom, requestRow, type Row } from "./request-rows.ts";

export const PROTECTED_TRACE_ID = "5cf92f3577b34da6a3ce929d0e0e4736";
const SPAN_ID = "00f067aa0ba902b8";

const key = Buffer.alloc(32, 7);
const encryption = createFieldEncryption(key);
const encrypt = (field: string, value: string): string =>
  encryption(value, { traceId: PROTECTED_TRACE_ID, spanId: SPAN_ID, field }, 2048);

/** As they are stored. */
export const STORED = {
  path: encrypt("path", "/orders/1841"),
  query: encrypt("query", "email=alice@example.org"),
  user_agent: encrypt("user_agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"),
  referer: encrypt("headers.referer", "https://shop.example/basket"),
  upstreamPath: encrypt("attributes.weir.upstream_path", "/v2/orders/1841"),
  principal: createFieldHash(key, "principal")("alice"),
  client_address: createFieldHash(key, "client_address")("203.0.113.7"),
} as const;

export function protectedRow(startMs: number): Row {
  const { path, query, user_agent, principal, client_address, referer, upstreamPath } = STORED;
  return {
    ...requestRow(createRandom(7), startMs),
    trace_id: PROTECTED_TRACE_ID,
    span_id: SPAN_ID,
    started_at: new Date(startMs).toISOString(),
    method: "GET",
    decision: "allow",
    status: 200,
    error_code: "",
    error_source: "",
    path,
    query,
    user_agent,
    principal,
    client_address,
    principal_kind: "key",
    policy_request: ["-", "-", "GET"],
    policy_replay: "redacted",
    headers: { accept: "*/*", referer },
    attributes: { "weir.upstream_path": upstreamPath },
  };
}
