// Whether and as whom spans are exported: OTEL_* variables that the SDK leaves to us.
import type { Log } from "../core/log.ts";

/**
 * Whether spans go out over OTLP: where OTEL_TRACES_EXPORTER asks for it, or an endpoint is set.
 * OpenTelemetry's default is to send to localhost:4318 always; here every span is in the store
 * already, so without a word from the operator that would only be noise to a port nobody serves.
 */
export function exportsSpans(env: NodeJS.ProcessEnv, warn: Log["warn"]): boolean {
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return false;
  const asked = (env["OTEL_TRACES_EXPORTER"] ?? "").split(",").map((name) => name.trim());
  const named = asked.filter((name) => name !== "");
  for (const name of named) {
    if (name !== "otlp" && name !== "none")
      warn("unknown_exporter", { OTEL_TRACES_EXPORTER: name });
  }
  if (named.includes("none")) return false;
  if (named.includes("otlp")) return true;
  return named.length === 0 && hasEndpoint(env);
}

function hasEndpoint(env: NodeJS.ProcessEnv): boolean {
  const endpoint = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] || env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  return endpoint !== undefined && endpoint.trim() !== "";
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
