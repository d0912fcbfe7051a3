// Metrics of weir itself: store, workers, config, policy, build and process.
import type { AdminParts } from "../parts.ts";
import { alertMetrics } from "./alerts.ts";
import { certificateMetrics } from "./certificates.ts";
import { collectorMetrics } from "./collector.ts";
import type { Labels, Metric } from "./exposition.ts";
import { spoolMetrics } from "./spool.ts";

const STATES = ["starting", "ready", "down"] as const;
const MILLIS = 1000;

export function processMetrics(parts: AdminParts): Metric[] {
  return [
    storeMetric(parts),
    one(
      "counter",
      ["weir_store_forgotten_bytes_total", "Rows that went before their time: the disk was full."],
      parts.forgottenBytes(),
    ),
    ...spoolMetrics(parts),
    ...exportMetrics(parts),
    ...collectorMetrics(parts),
    ...configMetrics(parts),
    ...certificateMetrics(parts, Date.now()),
    ...alertMetrics(parts),
    refusedMetric(parts),
    handshakesMetric(parts),
    ...runtimeMetrics(parts),
  ];
}

type Kind = "counter" | "gauge";

/** A family of one sample. */
function one(type: Kind, [name, help]: readonly [string, string], value: number): Metric {
  return { name, help, type, samples: [[{}, value]] };
}

/** What has no number: facts as labels of a constant. */
function info([name, help]: readonly [string, string], labels: Labels): Metric {
  return { name, help, type: "gauge", samples: [[labels, 1]] };
}

function storeMetric(parts: AdminParts): Metric {
  const { kind, state } = parts.storeHealth();
  return {
    name: "weir_store_state",
    help: "1 for the state the store is in.",
    type: "gauge",
    samples: STATES.map((word) => [{ kind, state: word }, word === state ? 1 : 0]),
  };
}

/** Nothing where no spans are exported: zeros would look like an export that works. */
function exportMetrics(parts: AdminParts): Metric[] {
  const spans = parts.spans();
  if (spans === null) return [];
  const dropped = ["weir_otlp_dropped_rows_total", "Rows not exported: too many waited."] as const;
  return [
    one("counter", ["weir_otlp_spans_sent_total", "Spans the receiver took."], spans.sent),
    one("counter", ["weir_otlp_spans_failed_total", "Spans it did not take."], spans.failed),
    one("counter", dropped, spans.dropped_rows),
  ];
}

function configMetrics(parts: AdminParts): Metric[] {
  const { revision, policy, rollback, shadow, loadedAtMs } = parts.running();
  return [
    info(["weir_config_info", "The config in force."], { revision }),
    one(
      "gauge",
      ["weir_config_loaded_timestamp_seconds", "When it was loaded."],
      loadedAtMs / MILLIS,
    ),
    ...reloadMetrics(parts),
    one("gauge", ["weir_policy_enforced", "1 where a policy decides."], policy === null ? 0 : 1),
    one("gauge", ["weir_policy_rules", "Rules in force, role links included."], policy?.rules ?? 0),
    ...(policy === null
      ? []
      : [info(["weir_policy_info", "The policy in force."], { revision: policy.revision })]),
    ...rollbackMetrics(rollback),
    ...(shadow === null ? [] : shadowMetrics(shadow)),
  ];
}

/** No time before the first reload. */
function reloadMetrics({ lastReload }: AdminParts): Metric[] {
  const last = lastReload();
  const ok = ["weir_reload_ok", "0 when the newest reload was refused."] as const;
  const at = ["weir_reload_timestamp_seconds", "When the newest reload was tried."] as const;
  if (last === null) return [one("gauge", ok, 1)];
  return [one("gauge", ok, last.ok ? 1 : 0), one("gauge", at, last.atMs / MILLIS)];
}

/** No time while the policy is what its files say. */
function rollbackMetrics(rollback: Running["rollback"]): Metric[] {
  const back = ["weir_policy_rolled_back", "1 while an earlier policy decides."] as const;
  const at = ["weir_policy_rollback_timestamp_seconds", "When it was rolled back."] as const;
  if (rollback === null) return [one("gauge", back, 0)];
  return [one("gauge", back, 1), one("gauge", at, rollback.atMs / MILLIS)];
}

/** Nothing where no candidate is configured. */
function shadowMetrics({ policy, faults }: NonNullable<Running["shadow"]>): Metric[] {
  const ok = [
    "weir_policy_shadow_ok",
    "0 when the candidate policy's newest version is faulty.",
  ] as const;
  const rules = [
    "weir_policy_shadow_rules",
    "Rules of the candidate, role links included.",
  ] as const;
  const about = ["weir_policy_shadow_info", "The candidate policy that is asked."] as const;
  return [
    one("gauge", ok, faults.length === 0 ? 1 : 0),
    one("gauge", rules, policy?.rules ?? 0),
    ...(policy === null ? [] : [info(about, { revision: policy.revision })]),
  ];
}

type Running = ReturnType<AdminParts["running"]>;

function handshakesMetric(parts: AdminParts): Metric {
  return {
    name: "weir_tls_handshake_failures_total",
    help: "Clients' TLS handshakes that came to nothing; the log has the reasons in full.",
    type: "counter",
    samples: parts
      .handshakeFailures()
      .map(({ count, listener, reason }) => [{ listener, reason }, count]),
  };
}

function refusedMetric(parts: AdminParts): Metric {
  return {
    name: "weir_refused_connections_total",
    help: "Clients closed at once and unread, by the key of limits that they met.",
    type: "counter",
    samples: parts.refusedConnections().map(([limit, count]) => [{ limit }, count]),
  };
}

function runtimeMetrics(parts: AdminParts): Metric[] {
  const { user, system } = process.cpuUsage();
  const build = { version: parts.version, node: process.versions.node };
  return [
    info(["weir_build_info", "The program."], build),
    info(["weir_instance_info", "This run of it, as in the rows."], { instance: parts.instance }),
    one("gauge", ["weir_workers", "Data workers that listen."], parts.workers()),
    one(
      "gauge",
      ["process_start_time_seconds", "When the process began."],
      parts.startedAtMs / MILLIS,
    ),
    one(
      "counter",
      ["process_cpu_seconds_total", "Processor time, all threads."],
      (user + system) / 1e6,
    ),
    one("gauge", ["process_resident_memory_bytes", "Resident memory."], process.memoryUsage.rss()),
  ];
}
