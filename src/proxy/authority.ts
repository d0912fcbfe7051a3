// One normal form for the host and port a request names.
import { hostName } from "../core/host-name.ts";
import { remembering } from "../core/remembering.ts";

const AUTHORITY = /^([^:[\]]+|\[[^\]]*\])(?::(\d{0,5}))?$/;
const MAX_PORT = 65_535;

/** Requests name the same few hosts again and again. */
const remembered = remembering((sent) => {
  const [, host = "", port = ""] = AUTHORITY.exec(sent) ?? [];
  const name = hostName(host);
  if (name === null) return "";
  if (port === "") return name;
  const number = Number(port);
  return number === 0 || number > MAX_PORT ? "" : `${name}:${number}`;
});

/** Lower case, no last dot, the port without zeros before it; null for what is no authority. */
export function normalAuthority(sent: string): string | null {
  return remembered(sent) || null;
}

/** Of a normal form. */
export const withoutPort: (authority: string) => string = remembering((authority) =>
  authority.replace(/:\d+$/, ""),
);
