// Where the admin API of the weir to be asked is: by --admin, by a config, or where the demo has it.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { AdminOptions } from "../config/config.ts";
import { readConfigText } from "../config/config-text.ts";
import { DEFAULTS } from "../config/defaults.ts";
import { parseYaml } from "../config/document.ts";
import { type Fault, formatFault, formatKeyPath } from "../config/fault.ts";
import { formatListen } from "../config/listen.ts";
import { type Environment, resolveReferences } from "../config/references.ts";
import { adminSection } from "../config/sections/listeners.ts";
import { type AdminAddress, AskError } from "./admin-client.ts";

export interface AddressOptions {
  readonly config?: string;
  readonly admin?: string;
  readonly token?: string;
}

const DEFAULT_FILE = "weir.yaml";
const WHOLE = formatKeyPath([]);
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
  const text = readConfigText(file);
  if ("problem" in text) throw faulty([{ file, line: 1, keyPath: WHOLE, message: text.problem }]);
  const parsed = parseYaml(text.value);
  if (!parsed.ok) throw faulty(parsed.faults.map((each) => ({ ...each, file, keyPath: WHOLE })));
  const { root, lineOf } = parsed.document;
  const { admin = {} } = root as { readonly admin?: unknown };
  const references = resolveReferences(admin, dirname(resolve(file)), env);
  const checked = adminSection.safeParse(references.root);
  if (references.findings.length === 0 && checked.success) return checked.data;
  const findings = [...references.findings, ...(checked.error?.issues ?? [])];
  const faults = findings.map(({ path, message }) => {
    const keyPath = ["admin", ...path.map(String)];
    return { file, line: lineOf(keyPath), keyPath: formatKeyPath(keyPath), message };
  });
  throw faulty(faults);
}

function faulty(faults: readonly Fault[]): AskError {
  return unusable(faults.map(formatFault).join("\n"));
}

function unusable(message: string): AskError {
  return new AskError("bad_config", message);
}
