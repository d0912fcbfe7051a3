// Keeps secrets out of rows: which request fields are stored, and which values become "-".
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import type { TelemetryOptions } from "./options.ts";

export interface Redaction {
  /** A query without "?", values of secret parameters replaced. */
  readonly query: (query: string) => string;
  /** The fields the config chose, lower case, in the config's order. */
  readonly headers: (headers: HeaderList) => RawHeaders;
}

/** What stands in a row in place of a secret. */
export const REDACTED = "-";
const NO_HEADERS: RawHeaders = [];

export function createRedaction(options: TelemetryOptions): Redaction {
  const secretParameters = new Set(options.redact.query.map((name) => name.toLowerCase()));
  const secretHeaders = new Set(options.redact.headers.map((name) => name.toLowerCase()));
  const chosen = options.headers.map((name) => name.toLowerCase());
  return {
    query: (query) => (query === "" ? "" : redactQuery(query, secretParameters)),
    headers: (headers) => {
      if (chosen.length === 0) return NO_HEADERS;
      const kept: string[] = [];
      for (const name of chosen) {
        const value = headers.joined(name);
        if (value !== undefined) kept.push(name, secretHeaders.has(name) ? REDACTED : value);
      }
      return kept;
    },
  };
}

function redactQuery(query: string, secret: ReadonlySet<string>): string {
  if (secret.size === 0) return query;
  return query
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals);
      return equals >= 0 && secret.has(decodeName(name)) ? `${name}=${REDACTED}` : pair;
    })
    .join("&");
}

/** A name may be percent-encoded to slip past; an encoding that is none is taken as it is. */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll("+", " ")).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
