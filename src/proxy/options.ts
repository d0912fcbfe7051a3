// What the config says about listening, routing and forwarding.
import type { PathForm } from "../core/normal-path.ts";
import type { AuthenticationMethod } from "../identity/options.ts";

export interface MatchOptions {
  /** Exact host, "*.example.org", or "*". */
  readonly host: string;
  /** Segments: literal, ":param" (one), "*" (one), "**" (any number, last only). */
  readonly path: string;
  /** Upper-case methods; empty: all. */
  readonly methods: readonly string[];
  /** Lower-case field name to exact value; "*" means present. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface HeaderEdit {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

export interface TimeoutOptions {
  readonly connect_ms: number;
  /** From the request's head being sent to the response's head. */
  readonly header_ms: number;
  /** Longest silence in a body either way. */
  readonly idle_ms: number;
  /** A client slower than this over `idle_ms`, sending or reading, is cut off; 0: no limit. */
  readonly min_bytes_per_second: number;
  /** Whole request; 0: no limit. */
  readonly total_ms: number;
}

export interface RouteOptions {
  readonly name: string;
  readonly match: MatchOptions;
  readonly service: string;
  /** Methods tried in order; empty: everyone is anonymous. */
  readonly authenticate: readonly AuthenticationMethod[];
  /** Whether the service gets the credentials of methods that are not among these. */
  readonly pass_credentials: boolean;
  /** New path, may name parameters of the match: "/v2/:id", "/**"; null: unchanged. */
  readonly rewrite: string | null;
  readonly request_headers: HeaderEdit;
  readonly response_headers: HeaderEdit;
  readonly timeouts: TimeoutOptions;
}

export interface PathOptions {
  /** Forms that servers read differently, and are passed on all the same. */
  readonly allow: readonly PathForm[];
}

export interface LimitOptions {
  readonly header_bytes: number;
  readonly header_count: number;
  readonly uri_bytes: number;
  /** 0: no limit. */
  readonly body_bytes: number;
  /** For a client to send a whole request head. */
  readonly head_ms: number;
  /** Keep-alive silence before a client connection is closed. */
  readonly keep_alive_ms: number;
  readonly connections: number;
  /** Of them, from one IPv4 address or one IPv6 network of 64 bits. */
  readonly source_connections: number;
}
