// Which format of /metrics a client asks for (RFC 9110 section 12.5.1).
import type { Format } from "./exposition.ts";

const QUALITY = /;\s*q=(?<q>[01](?:\.\d{0,3})?)\s*(?:;|$)/i;
const VERSION = /;\s*version="?(?<version>[^;"\s]+)/i;
const MOST_CHARS = 2000;

/** OpenMetrics where it is named, in the version there is, and no less wanted than plain text. */
export function acceptedFormat(accept: string): Format {
  const ranges = accept.slice(0, MOST_CHARS).split(",");
  const wish = qualityOf(ranges, "application/openmetrics-text", "1.0.0");
  return wish > 0 && wish >= qualityOf(ranges, "text/plain", "0.0.4")
    ? "openmetrics"
    : "prometheus";
}

/** 0 where it is not named. */
function qualityOf(ranges: readonly string[], type: string, version: string): number {
  const meant = ranges.filter((range) => {
    const asked = VERSION.exec(range)?.groups?.["version"] ?? version;
    return range.split(";")[0]?.trim().toLowerCase() === type && asked === version;
  });
  const qualities = meant.map((range) => Number(QUALITY.exec(range)?.groups?.["q"] ?? 1));
  return Math.max(0, ...qualities);
}
