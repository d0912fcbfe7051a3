// Whether and as whom spans are exported: OTEL_* variables that the SDK leaves to us.
import type { Log } from "../core/log.ts";

/**
 * Whether spans go out over OTLP: where OTEL_TRACES_EXPORTER asks for it, or an endpoint is set.
 * OpenTelemetry's default is to send to localhost:4318 always; here every span is in the store
 * already, so without a word from the operator that would only be noise to a port nobody serves.
 */
export function exportsSpans(env: NodeJS.ProcessEnv, warn: Log["warn"]): boolean {
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return false;
  const named = exportersOf(env, warn);
  if (named.includes("none")) return false;
  const endpoint = endpointOf(env);
  if (named.length > 0 ? !named.includes("otlp") : endpoint === undefined) return false;
  return endpoint === undefined || isUsable(endpoint, warn);
}

function exportersOf(env: NodeJS.ProcessEnv, warn: Log["warn"]): readonly string[] {
  const asked = (env["OTEL_TRACES_EXPORTER"] ?? "").split(",").map((name) => name.trim());
  const named = asked.filter((name) => name !== "");
  for (const name of named) {
    if (name !== "otlp" && name !== "none")
      warn("unknown_exporter", { OTEL_TRACES_EXPORTER: name });
  }
  return named;
}

interface Endpoint {
  /** Of the variable. */
  readonly name: string;
  readonly url: string;
}

/** To one that is no URL the SDK would send nothing: it sends to localhost instead, without a word. */
function isUsable({ name, url }: Endpoint, warn: Log["warn"]): boolean {
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return true;
  warn("bad_otlp_endpoint", { [name]: "must be http(s)://HOST:PORT; no span is exported" });
  return false;
}

function endpointOf(env: NodeJS.ProcessEnv): Endpoint | undefined {
  for (const name of ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]) {
    const url = env[name]?.trim() ?? "";
    if (url !== "") return { name, url };
  }
  return undefined;
}

export interface QueueSizes {
  /** Spans that may wait in the SDK; more it would lose, uncounted. */
  readonly queue: number;
  /** Spans at which it sends without waiting for its timer. */
  readonly batch: number;
}

const DEFAULT_SIZES: QueueSizes = { queue: 2048, batch: 512 };

/**
 * OTEL_BSP_MAX_QUEUE_SIZE and OTEL_BSP_MAX_EXPORT_BATCH_SIZE, such that a queue with no room for
 * `reserve` more spans is one that is being sent. A queue that can't hold twice as many is not taken.
 */
export function queueSizesOf(
  env: NodeJS.ProcessEnv,
  reserve: number,
  warn: Log["warn"],
): QueueSizes {
  const asked = countIn(env, "OTEL_BSP_MAX_QUEUE_SIZE") ?? DEFAULT_SIZES.queue;
  const queue = asked < reserve * 2 ? DEFAULT_SIZES.queue : asked;
  if (queue !== asked)
    warn("span_queue_too_small", { OTEL_BSP_MAX_QUEUE_SIZE: asked, used: queue });
  const batch = countIn(env, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE") ?? DEFAULT_SIZES.batch;
  return { queue, batch: Math.min(batch, queue - reserve) };
}

function countIn(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name]?.trim() ?? "";
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** Our exporter speaks OTLP/HTTP with JSON; another protocol asked for is said, not silently kept. */
export function warnOfProtocol(env: NodeJS.ProcessEnv, warn: Log["warn"]): void {
  const asked =
    env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/json";
  if (asked.trim() !== "http/json") {
    warn("unsupported_otlp_protocol", { asked, used: "http/json" });
  }
}

/**
 * The resource all spans share: OTEL_RESOURCE_ATTRIBUTES (a list of percent-encoded pairs, void
 * as a whole where one is malformed) over our defaults, OTEL_SERVICE_NAME over both.
 */
export function resourceOf(
  env: NodeJS.ProcessEnv,
  instance: string,
  warn: Log["warn"],
): Record<string, string> {
  const attributes: Record<string, string> = {
    "service.name": "weir",
    "service.instance.id": instance,
    ...listed(env["OTEL_RESOURCE_ATTRIBUTES"] ?? "", warn),
  };
  const name = env["OTEL_SERVICE_NAME"]?.trim();
  return name ? { ...attributes, "service.name": name } : attributes;
}

function listed(list: string, warn: Log["warn"]): Record<string, string> {
  try {
    const pairs = list.split(",").filter((pair) => pair.trim() !== "");
    return Object.fromEntries(pairs.map(decodePair));
  } catch {
    warn("bad_resource_attributes", { OTEL_RESOURCE_ATTRIBUTES: "malformed, ignored" });
    return {};
  }
}

function decodePair(pair: string): [string, string] {
  const equals = pair.indexOf("=");
  const key = pair.slice(0, Math.max(equals, 0)).trim();
  if (key === "") throw new URIError("a pair without a key");
  return [decodeURIComponent(key), decodeURIComponent(pair.slice(equals + 1).trim())];
}
