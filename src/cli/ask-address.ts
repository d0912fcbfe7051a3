// Where the admin API of the weir to be asked is: by --admin, by a config, or where the demo has it.
import { existsSync } from "node:fs";
import type { AdminOptions } from "../config/config.ts";
import { DEFAULTS } from "../config/defaults.ts";
import { formatFaults } from "../config/fault.ts";
import { formatListen } from "../config/listen.ts";
import { loadSection } from "../config/load.ts";
import type { Environment } from "../config/references.ts";
import { type AdminAddress, AskError } from "./admin-client.ts";

export interface AddressOptions {
  readonly config?: string;
  readonly admin?: string;
  readonly token?: string;
}

const DEFAULT_FILE = "weir.yaml";
/** "Any address" is none to connect to. */
const ANY = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
]);

/** Throws AskError where what is named can't be used. */
export function findAdmin(options: AddressOptions, env: Environment): AdminAddress {
  const { url, token } = addressOf(options, env);
  return { url, token: options.token ?? env["WEIR_ADMIN_TOKEN"] ?? token };
}

function addressOf({ admin, config }: AddressOptions, env: Environment): AdminAddress {
  if (admin !== undefined) return { url: readUrl(admin), token: "" };
  if (config === undefined && !existsSync(DEFAULT_FILE)) {
    return { url: `http://${DEFAULTS.admin_listen}`, token: "" };
  }
  const file = config ?? DEFAULT_FILE;
  const { listen, token } = readAdmin(file, env);
  if (listen.port === 0) {
    throw unusable(`${file}: admin.listen leaves the port open: name it with --admin URL`);
  }
  const host = ANY.get(listen.host) ?? listen.host;
  return { url: `http://${formatListen({ host, port: listen.port })}`, token };
}

function readUrl(text: string): string {
  const url = URL.parse(/^https?:/.test(text) ? text : `http://${text}`);
  if (url === null) throw new AskError("bad_usage", "--admin must be http://HOST:PORT");
  return url.origin;
}

/** Only the section admin: a question needs none of the config's other secrets, and no sound rest. */
function readAdmin(file: string, env: Environment): AdminOptions {
  const section = loadSection(file, "admin", env);
  if (!section.ok) throw unusable(formatFaults(section.faults));
  return section.value;
}

function unusable(message: string): AskError {
  return new AskError("bad_config", message);
}
