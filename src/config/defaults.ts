// What holds where the config is silent, each with its reason.

const MIB = 1024 * 1024;

export const DEFAULTS = {
  /** Loopback: nobody should be reachable from outside without having said so. */
  listen_http: "127.0.0.1:8080",
  /** Older versions are broken; 1.2 is all that some clients have. */
  tls_min_version: "1.2",
  /** Loopback: the admin side shows every request. */
  admin_listen: "127.0.0.1:9090",
  collector: {
    /** OTLP's own port; loopback, since whoever reaches it may write. */
    listen: "127.0.0.1:4318",
    /** SDKs send some hundred kilobytes, Collectors a few megabytes. */
    max_body_bytes: 16 * MIB,
    sampling: {
      /** Above the timeouts of most calls, so that a trace has ended by then. */
      wait_ms: 10_000,
      /** 10 s of some 10,000 spans a second. */
      max_bytes: 64 * MIB,
      /** What somebody will ask about. */
      rules: [
        { name: "errors", error: true },
        { name: "denied", attribute: "http.response.status_code", values: [401, 403] },
        { name: "slow", min_ms: 1_000 },
      ],
    },
  },
  /** Beside the config, so that two configs never share a spool. */
  data: "./.weir",
  /** Works with nothing else installed. */
  store: "embedded",
  retention: {
    /** Long enough for last month's incident; about 42 bytes a row. */
    requests_days: 30,
    /** Feeds live balancing and the last days' dashboards only. */
    rollup_10s_days: 3,
    rollup_1m_days: 30,
    /** A year back, for seasons; a few rows an hour. */
    rollup_1h_days: 400,
    /** Services' spans and logs are wide, and rarely read after a week. */
    traces_days: 7,
    logs_days: 7,
    /** Long enough for last month's comparison. */
    metrics_days: 30,
    /** Merges need room, and so does all else on the disk. */
    disk_percent: 90,
    /** Today's, and what somebody on call looks back to. */
    disk_min_days: 2,
  },
  service: {
    balance: "adaptive",
    weight: 1,
    /** The one hash key every request has that spreads well behind a proxy. */
    hash_on: "path",
    /** Enough for a fast service at 10,000 requests a second, few enough not to drown a slow one. */
    connections: 256,
    /** A second endpoint rescues a dead one; more would multiply an outage. */
    retries: 1,
  },
  match: { host: "*", path: "/**" },
  timeouts: {
    /** A SYN lost once is sent again after 1 s; 2 s lets that one succeed. */
    connect_ms: 2_000,
    /** What browsers and other proxies wait. */
    header_ms: 60_000,
    idle_ms: 60_000,
    /** Kestrel's: 60 s of a body bring 14 kB, or hold a connection for nothing. */
    min_bytes_per_second: 240,
    /** None: streams and WebSockets live long, and idle_ms ends the dead ones. */
    total_ms: 0,
  },
  limits: {
    /** Node's own limit for a request head. */
    header_bytes: 16_384,
    /** Browsers send about 20; more than 100 is an attack on parsers. */
    header_count: 100,
    /** RFC 9110 section 4.1 asks for at least 8000 octets. */
    uri_bytes: 8_192,
    /** None: bodies stream, so their size costs no memory. */
    body_bytes: 0,
    /** Slow heads (slowloris) hold a socket no longer. */
    head_ms: 10_000,
    /** Above the 60 s of common load balancers, so that they and not weir close first. */
    keep_alive_ms: 65_000,
    /** One worker's share of sockets within common descriptor limits. */
    connections: 10_000,
    /** A tenth of them: many users behind one address, and nobody alone can take all. */
    source_connections: 1_000,
  },
  /** Via and Forwarded need some name, and a host name would tell of the inside. */
  pseudonym: "weir",
  token: {
    /** Clocks of two machines that are kept by NTP differ by less. */
    leeway_ms: 30_000,
    /** RFC 7519 section 4.1.2, RFC 9068 section 2.2.3.1 */
    claims: { subject: "sub", audience: "aud", roles: "roles" },
    /** A token that its issuer takes back is let in for no longer. */
    introspection_cache_ms: 30_000,
  },
  /** What most servers say. */
  users_realm: "weir",
  failures: {
    /** A team behind one address mistypes; a guesser gets two tries a second. */
    per_source_per_minute: 120,
    /** A month of guessing is below a million tries at one password. */
    per_subject_per_minute: 20,
  },
  identity_headers: { subject: "x-weir-subject", roles: "x-weir-roles" },
  /** What authorities check before what they may only copy. */
  certificate_subject: ["spiffe", "dns", "uri", "cn"],
  /** Beside the rules. */
  policy_cases: "cases.yaml",
  /** The tuple of casbin's own RESTful examples. */
  policy_request: ["identity.subject", "request.path", "request.method"],
  /** The three that every AuthZEN request has. */
  authzen_request: ["subject.id", "resource.id", "action.name"],
  telemetry: {
    audit: "optional",
    /** Hours of traffic while the store is away, on any disk. */
    spool_max_bytes: 1024 * MIB,
    /** An INSERT of this size is neither small parts nor a long retry. */
    spool_segment_bytes: 16 * MIB,
    /** Half a minute of 10,000 spans a second, and seven of them still fit on a small disk. */
    spool_signal_max_bytes: 256 * MIB,
    /** What tells callers and failures apart, and holds no secret. */
    headers: ["accept", "origin", "x-request-id"],
    redact_query: ["access_token", "api_key", "apikey", "code", "key", "password", "token"],
    redact_headers: ["authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"],
  },
  statistics: {
    /** Rollups are 10 s wide; twice as often sees each soon after it closes. */
    interval_ms: 5_000,
    /** History may halve or double a share, never starve an endpoint. */
    bound: 2,
    /** A minute-old statistic says little about now. */
    fade_ms: 60_000,
  },
  /** Kubernetes kills 30 s after it asked; the rest is for the last rows. */
  drain_ms: 25_000,
} as const;
