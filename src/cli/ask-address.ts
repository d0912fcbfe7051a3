// Where the admin API of the weir to be asked is: by --admin, by a config, or where the demo has it.
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DEFAULTS } from "../config/defaults.ts";
import { formatFaults } from "../config/fault.ts";
import { formatListen } from "../config/listen.ts";
import { loadSection } from "../config/load.ts";
import { absolutePath } from "../config/named-files.ts";
import type { Environment } from "../config/references.ts";
import type { ConfigInput } from "../config/schema.ts";
import type { AdminAddress } from "./admin-client.ts";
import { CommandError } from "./command-error.ts";

export interface AddressOptions {
  readonly config?: string;
  readonly admin?: string;
  readonly token?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const DEFAULT_FILE = "weir.yaml";
/** "Any address" is none to connect to. */
const ANY = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
]);

/** Throws CommandError where what is named can't be used. */
export function findAdmin(options: AddressOptions, env: Environment): AdminAddress {
  const { url, token, pinned = "" } = addressOf(options, env);
  const { ca, cert, key } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new CommandError("bad_usage", "--cert and --key come together");
  }
  const files = {
    ca: readPem(ca, "--ca"),
    cert: readPem(cert, "--cert"),
    key: readPem(key, "--key"),
  };
  const tls = { ...files, pinned: ca === undefined ? readPem(pinned, "admin.tls.cert") : "" };
  return { url, token: options.token ?? env["WEIR_ADMIN_TOKEN"] ?? token, tls };
}

/** Text of a file; empty where none is named. */
function readPem(file: string | undefined, name: string): string {
  if (file === undefined || file === "") return "";
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    const { code = "unknown error" } = thrown as NodeJS.ErrnoException;
    throw new CommandError("bad_usage", `${name}: ${file} can't be read (${code})`);
  }
}

interface Found extends Pick<AdminAddress, "url" | "token"> {
  /** The certificate that the config says is shown. */
  readonly pinned?: string;
}

function addressOf({ admin, config }: AddressOptions, env: Environment): Found {
  if (admin !== undefined) return { url: readUrl(admin), token: "" };
  if (config === undefined && !existsSync(DEFAULT_FILE)) {
    return { url: `http://${DEFAULTS.admin_listen}`, token: "" };
  }
  const file = config ?? DEFAULT_FILE;
  const { listen, token, tls } = readAdmin(file, env);
  if (listen.port === 0) {
    throw unusable(`${file}: admin.listen leaves the port open: name it with --admin URL`);
  }
  const host = ANY.get(listen.host) ?? listen.host;
  const address = formatListen({ host, port: listen.port });
  if (tls === undefined) return { url: `http://${address}`, token };
  return { url: `https://${address}`, token, pinned: resolve(dirname(file), tls.cert) };
}

/** The folder of own panels and boards that the config names; empty: none, or no config here. */
export function ownDashboards({ admin, config }: AddressOptions, env: Environment): string {
  if (admin !== undefined || (config === undefined && !existsSync(DEFAULT_FILE))) return "";
  const file = config ?? DEFAULT_FILE;
  const section = loadSection(file, "dashboards", env);
  if (!section.ok) throw unusable(formatFaults(section.faults));
  return absolutePath(dirname(resolve(file)), section.value);
}

function readUrl(text: string): string {
  const url = URL.parse(/^https?:/.test(text) ? text : `http://${text}`);
  if (url === null) throw new CommandError("bad_usage", "--admin must be http(s)://HOST:PORT");
  return url.origin;
}

/** Only the section admin: a question needs none of the config's other secrets, and no sound rest. */
function readAdmin(file: string, env: Environment): ConfigInput["admin"] {
  const section = loadSection(file, "admin", env);
  if (!section.ok) throw unusable(formatFaults(section.faults));
  return section.value;
}

function unusable(message: string): CommandError {
  return new CommandError("bad_config", message);
}
