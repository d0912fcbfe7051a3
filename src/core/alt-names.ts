// The subject alternative names of a certificate (RFC 5280 section 4.2.1.6), read from Node's text.

export interface AltNames {
  readonly dns: readonly string[];
  readonly uris: readonly string[];
  /** IPv6 in full, as Node writes it: 0:0:0:0:0:0:0:1. */
  readonly ips: readonly string[];
}

const NONE: AltNames = { dns: [], uris: [], ips: [] };
/** One name; a value that could be taken for more than one is in JSON's quotes. */
const NAME =
  /([A-Za-z][A-Za-z ]*):("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|[^",]*)(?:, |$)/uy;

/** Text that can't be read to its end has no names: half of it could say something else. */
export function parseAltNames(text: string): AltNames {
  const dns: string[] = [];
  const uris: string[] = [];
  const ips: string[] = [];
  let at = 0;
  while (at < text.length) {
    NAME.lastIndex = at;
    const [whole = "", kind, value = ""] = NAME.exec(text) ?? [];
    if (whole === "") return NONE;
    at += whole.length;
    if (kind === "DNS") dns.push(unquoted(value).toLowerCase());
    else if (kind === "URI") uris.push(unquoted(value));
    else if (kind === "IP Address") ips.push(value);
  }
  return { dns, uris, ips };
}

function unquoted(value: string): string {
  return value.startsWith('"') ? String(JSON.parse(value)) : value;
}
