// GET /api/v1/status: everything an operator wants to know at a glance.
import { z } from "zod";
import type { SignalCounts } from "../../collector/counts.ts";
import { formatListen } from "../../config/listen.ts";
import { expiryState } from "../../core/expiry.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, iso, json, NONE, time } from "../http/schemas.ts";
import type { DrainStats } from "../../telemetry/drain.ts";
import { SIGNALS } from "../../telemetry/streams.ts";
import type { AdminParts, Reloaded } from "../parts.ts";
import { describePolicy, policySchema } from "./policy.ts";

export const reloadSchema = z.strictObject({
  at: time,
  ok: z.boolean(),
  fault: z.string().nullable().meta({ description: "Every fault, one a line" }),
  shadow_fault: z
    .string()
    .nullable()
    .meta({ description: "Why the candidate policy's newest version is not asked" }),
  tls_fault: z.string().nullable().meta({
    description: "Files of certificates that can't be used; what they held before is",
  }),
  restart: z.array(z.string()).meta({ description: "Keys whose change waits for a restart" }),
  causes: z
    .array(z.string())
    .meta({ description: "Who asked for it: files, signal, renewal, api" }),
  before: z.string().meta({ description: "Revision of the config in force before" }),
  after: z.string().meta({ description: "Revision of the config in force since" }),
  changed: z.array(z.string()).meta({
    description: "What came into force: config, policy, shadow, authzen, tls, users, roles",
  }),
});

const streamSchema = z.strictObject({
  pending_rows: count,
  pending_bytes: count,
  stored_rows: count,
  dropped_rows: count,
  rejected_rows: count,
  dead_letter_bytes: count,
  dead_letter_dropped_rows: count,
  lag_ms: z.number(),
});

const signalSchema = z.strictObject({
  requests: count,
  body_bytes: count.meta({ description: "As they were sent, mostly compressed" }),
  accepted: count.meta({ description: "Spans, log records or points taken" }),
  sampled_out: count.meta({ description: "Of them, those that sampling let go" }),
  waiting: count.meta({ description: "Of them, those that wait for their trace to be decided" }),
  cut_values: count.meta({ description: "Values cut short or left out by a limit" }),
  rejected: z.record(z.string(), count).meta({ description: "By reason, of requests taken" }),
  refused: z.record(z.string(), count).meta({ description: "Whole requests, by reason" }),
});

const inputSchema = z.strictObject({
  accepted: count.meta({ description: "Lines or messages in the spool" }),
  cut: count.meta({ description: "Lines and values cut short by a limit" }),
  malformed: count.meta({ description: "Taken as text, though they are no syslog" }),
  dropped: count.meta({ description: "For which there was no room" }),
  refused: count.meta({ description: "Connections and messages of senders that are not to send" }),
});

const statusSchema = z.strictObject({
  instance: z.string(),
  proxy: z.string().meta({ description: "http://HOST:PORT where requests arrive" }),
  admin: z.strictObject({
    listen: z.string().meta({ description: "HOST:PORT of the config" }),
    encrypted: z.boolean().meta({
      description:
        "Whether it speaks TLS; without, tokens cross the network in clear beyond loopback",
    }),
  }),
  version: z.string(),
  started_at: time,
  uptime_s: z.number(),
  config_revision: z.string(),
  policy: policySchema.pick({
    enforced: true,
    revision: true,
    rules: true,
    rollback: true,
    loaded_at: true,
    fault: true,
    shadow: true,
  }),
  reload: reloadSchema.nullable(),
  store: z.strictObject({
    kind: z.enum(["embedded", "server"]),
    state: z.enum(["starting", "ready", "down"]),
    since: time,
    error: z.string().nullable(),
  }),
  spool: streamSchema.meta({ description: "Request rows on their way to the store" }),
  signals: z
    .array(streamSchema.extend({ signal: z.enum(SIGNALS) }))
    .meta({ description: "What services sent by OTLP, those signals of which anything came" }),
  collector: z
    .strictObject({
      listen: z.string().meta({ description: "HOST:PORT" }),
      encrypted: z.boolean().meta({ description: "Whether it speaks TLS" }),
      traces: signalSchema,
      logs: signalSchema,
      metrics: signalSchema,
      files: inputSchema,
      syslog: inputSchema,
    })
    .nullable()
    .meta({ description: "What came from services since the start; null: nothing is received" }),
  workers: count,
  certificates: z
    .array(
      z.strictObject({
        key: z.string().meta({ description: "Of the config" }),
        file: z.string(),
        names: z.array(z.string()).meta({ description: "DNS names" }),
        not_after: time,
        state: z.enum(["ok", "soon", "expired", "future"]).meta({
          description:
            "soon: in the last quarter of its life, at most 21 days before its end; of an authority, a year; future: not yet valid",
        }),
      }),
    )
    .meta({ description: "Certificates, authorities and revocation lists in use" }),
});

export function statusEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/status",
    summary: "State of this instance",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("The state", statusSchema),
    problems: [],
    handle: () => ({ kind: "json", body: statusOf(parts) }),
  });
}

function statusOf(parts: AdminParts): z.output<typeof statusSchema> {
  const { enforced, revision, rules, rollback, loaded_at, fault, shadow } = describePolicy(parts);
  const { sinceMs, ...store } = parts.storeHealth();
  return {
    instance: parts.instance,
    proxy: parts.proxy,
    admin: {
      listen: formatListen(parts.listen),
      encrypted: parts.running().tls.admin !== null,
    },
    version: parts.version,
    started_at: iso(parts.startedAtMs),
    uptime_s: Math.floor((Date.now() - parts.startedAtMs) / 1000),
    config_revision: parts.running().revision,
    policy: { enforced, revision, rules, rollback, loaded_at, fault, shadow },
    reload: describeReload(parts),
    store: { ...store, since: iso(sinceMs) },
    spool: streamOf(parts.drain()),
    signals: [...parts.signals()].map(([signal, stats]) => ({ signal, ...streamOf(stats) })),
    collector: collectorOf(parts),
    workers: parts.workers(),
    certificates: parts.running().tls.certificates.map((each) => ({
      key: each.keyPath,
      file: each.file,
      names: [...each.names],
      not_after: iso(each.notAfterMs),
      state: expiryState(each, Date.now()),
    })),
  };
}

function streamOf(stats: DrainStats): z.output<typeof streamSchema> {
  return {
    pending_rows: stats.pendingRows,
    pending_bytes: stats.pendingBytes,
    stored_rows: stats.storedRows,
    dropped_rows: stats.droppedRows,
    rejected_rows: stats.rejectedRows,
    dead_letter_bytes: stats.deadLetterBytes,
    dead_letter_dropped_rows: stats.droppedLetters,
    lag_ms: Math.round(stats.lagMs),
  };
}

function collectorOf(parts: AdminParts): z.output<typeof statusSchema>["collector"] {
  const collector = parts.collector();
  if (collector === null) return null;
  const { traces, logs, metrics } = collector.counts;
  const { files, syslog } = collector.inputs;
  return {
    listen: formatListen(collector.listen),
    encrypted: collector.isSecure,
    traces: signalOf(traces),
    logs: signalOf(logs),
    metrics: signalOf(metrics),
    files: { ...files },
    syslog: { ...syslog },
  };
}

function signalOf(counts: SignalCounts): z.output<typeof signalSchema> {
  const { requests, bodyBytes, accepted, sampledOut, waiting } = counts;
  const { cutValues, rejected, refused } = counts;
  return {
    requests,
    body_bytes: bodyBytes,
    accepted,
    sampled_out: sampledOut,
    waiting,
    cut_values: cutValues,
    rejected: { ...rejected },
    refused: { ...refused },
  };
}

export function reloadOf(reloaded: Reloaded): z.output<typeof reloadSchema> {
  const { atMs, shadowFault, tlsFault, restart, causes, changed, ...same } = reloaded;
  return {
    ...same,
    at: iso(atMs),
    shadow_fault: shadowFault,
    tls_fault: tlsFault,
    restart: [...restart],
    causes: [...causes],
    changed: [...changed],
  };
}

function describeReload(parts: AdminParts): z.output<typeof reloadSchema> | null {
  const last = parts.lastReload();
  if (last === null) return null;
  return reloadOf(last);
}
