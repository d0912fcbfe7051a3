// Keeps secrets out of rows: which request fields are stored, and which values become "-".
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import { normalPath, type PathForm } from "../core/normal-path.ts";
import type { TelemetryOptions } from "./options.ts";
import { createPathRedaction, type PathRedaction, REDACTED } from "./redact-path.ts";

export interface Redaction {
  /** A query without "?", values of secret parameters replaced. */
  readonly query: (query: string) => string;
  /** The fields the config chose, lower case, in the config's order. */
  readonly headers: (headers: HeaderList) => RawHeaders;
  /** A field's value that is a URL or a path, such as Referer, as the request's own target; any other as it is. */
  readonly url: (value: string) => string;
  /** null: paths are kept as they are. */
  readonly path: PathRedaction | null;
}

const NO_HEADERS: RawHeaders = [];

/** `allowed` are the forms that a path may have. */
export function createRedaction(
  options: TelemetryOptions,
  allowed: readonly PathForm[],
): Redaction {
  const secretParameters = new Set(options.redact.query.map((name) => name.toLowerCase()));
  const secretHeaders = new Set(options.redact.headers.map((name) => name.toLowerCase()));
  const chosen = options.headers.map((name) => name.toLowerCase());
  const path = createPathRedaction(options.redact.path);
  const query = (text: string): string => (text === "" ? "" : redactQuery(text, secretParameters));
  const url = (value: string): string =>
    redactUrl(value, { query, path: (own) => redactOwn(own, path, allowed) });
  return {
    query,
    url,
    path,
    headers: (headers) => {
      if (chosen.length === 0) return NO_HEADERS;
      const kept: string[] = [];
      for (const name of chosen) {
        const value = headers.joined(name);
        if (value !== undefined) kept.push(name, secretHeaders.has(name) ? REDACTED : url(value));
      }
      return kept;
    },
  };
}

/** Scheme with "://", then who is named before the host, host, path, query. */
const URL_PARTS =
  /^([a-z][a-z0-9+.-]{0,30}:\/\/|(?=\/))(?:[^/?#]*(@))?([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?/i;

/** A fragment is of no server, and who is named before the host is a secret. */
function redactUrl(
  value: string,
  redact: Readonly<Record<"query" | "path", (text: string) => string>>,
): string {
  const parts = URL_PARTS.exec(value);
  if (parts === null) return value;
  const [, scheme = "", at = "", host = "", own = "", asked] = parts;
  const user = at === "" ? "" : `${REDACTED}@`;
  const hidden = own === "" ? "" : redact.path(own);
  return `${scheme}${user}${host}${hidden}${asked === undefined ? "" : `?${redact.query(asked)}`}`;
}

/** One that has no normal form could be spelled past any pattern. */
function redactOwn(own: string, path: PathRedaction | null, allowed: readonly PathForm[]): string {
  if (path === null) return own;
  try {
    return path.path(normalPath(own, allowed));
  } catch {
    return `/${REDACTED}`;
  }
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
