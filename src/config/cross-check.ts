// Checks between parts of a config: names that must exist, things that must not be there twice.
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isFolder } from "../core/folder.ts";
import { checkAdmin } from "./admin-check.ts";
import { checkAuthenticate } from "./authenticate-check.ts";
import { checkCollector, collectorListen } from "./collector-check.ts";
import type { ListenAddress } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Finding, KeyPath } from "./fault.ts";
import { parseListen } from "./fields.ts";
import { absolutePath, checkReadable } from "./named-files.ts";
import { listOf, mappingOf, textOf, type RawMapping } from "./raw.ts";
import { findRepeated } from "./repeated.ts";
import { checkPathForms } from "./path-form-check.ts";
import { checkProtected } from "./protect-check.ts";
import { checkRoutes } from "./route-check.ts";
import { checkServices } from "./service-check.ts";
import { checkTokens } from "./token-check.ts";

/** Everything wrong between the parts; `folder` is where relative paths begin. */
export function crossCheck(root: unknown, folder: string): Finding[] {
  const config = mappingOf(root);
  return [
    ...checkRoutes(config),
    ...checkAuthenticate(config),
    ...checkPathForms(config),
    ...checkServices(config),
    ...checkKeys(config["identity"]),
    ...checkTokens(config),
    ...checkAdmin(config["admin"], folder),
    ...checkCollector(config["collector"]),
    ...checkPorts(config),
    ...checkData(config["data"], folder),
    ...checkDashboards(config["dashboards"], folder),
    ...checkPolicyFiles(config["policy"], folder),
    ...checkAuthzen(config["policy"]),
    ...checkAlerts(config["alerts"], folder),
    ...checkSpool(config["telemetry"]),
    ...checkCold(config),
    ...checkProtected(config["telemetry"]),
  ];
}

/** The embedded store has one disk. */
function checkCold({ store, retention }: RawMapping): Finding[] {
  const { cold } = mappingOf(retention);
  if (cold === undefined || mappingOf(store)["url"] !== undefined) return [];
  const message =
    "needs a ClickHouse server with this storage policy: store: { url: ... }; remove it";
  return [{ path: ["retention", "cold"], message }];
}

function checkKeys(identity: unknown): Finding[] {
  const keys = listOf(mappingOf(identity)["keys"]).map((key, at) => ({
    id: textOf(mappingOf(key)["key"]),
    path: ["identity", "keys", at, "key"],
  }));
  return findRepeated(keys, "secret");
}

/** Two listeners on one port; 0 is another one for each. */
function checkPorts(config: RawMapping): Finding[] {
  const listen = mappingOf(config["listen"]);
  const http = textOf(listen["http"]) || DEFAULTS.listen_http;
  const https = textOf(mappingOf(listen["https"])["listen"]);
  const admin = textOf(mappingOf(config["admin"])["listen"]) || DEFAULTS.admin_listen;
  const collector = collectorListen(config["collector"]);
  return [
    ...checkPort(["listen", "https", "listen"], https, { "listen.http": http }),
    ...checkPort(["admin", "listen"], admin, { "listen.http": http, "listen.https": https }),
    ...checkPort(["collector", "listen"], collector, {
      "listen.http": http,
      "listen.https": https,
      "admin.listen": admin,
    }),
  ];
}

function checkPort(
  path: KeyPath,
  text: string,
  others: Readonly<Record<string, string>>,
): Finding[] {
  const own = parseListen(text);
  const taken = Object.entries(others).find(([, other]) => collide(own, parseListen(other)));
  if (taken === undefined) return [];
  return [{ path, message: `is the same port as ${taken[0]}; name another` }];
}

function collide(one: ListenAddress | null, other: ListenAddress | null): boolean {
  if (one === null || one.port === 0 || other?.port !== one.port) return false;
  const hosts = [one.host, other.host];
  return one.host === other.host || hosts.includes("0.0.0.0") || hosts.includes("::");
}

/** Only what no folder can be made of: whether it can be written is for the start to find out, not for a reload. */
function checkData(raw: unknown, folder: string): Finding[] {
  const name = textOf(raw);
  if (name === "" || canBeFolder(resolve(folder, name))) return [];
  return [{ path: ["data"], message: "names a file, or a place below one; name a folder" }];
}

function canBeFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === "ENOENT" && dirname(path) !== path;
    return missing && canBeFolder(dirname(path));
  }
}

/** What is in it is for its own checks: weir runs without them. */
function checkDashboards(raw: unknown, folder: string): Finding[] {
  const name = textOf(raw);
  if (name === "" || isFolder(resolve(folder, name))) return [];
  return [{ path: ["dashboards"], message: "names no folder; make it, with panels/ and boards/" }];
}

/** Not the candidate's, for then a file of it that is missing would keep the enforced policy from reloading. */
function checkPolicyFiles(raw: unknown, folder: string): Finding[] {
  const policy = mappingOf(raw);
  return ["model", "rules"].flatMap((key) => checkReadable(policy[key], ["policy", key], folder));
}

/** What is wrong within is told of by itself: a bad rule keeps neither weir nor other rules from their work. */
function checkAlerts(raw: unknown, folder: string): Finding[] {
  const path = absolutePath(folder, textOf(raw));
  return isFolder(path) ? [] : checkReadable(raw, ["alerts"], folder);
}

/** A model without its rules would mix two policies. */
function checkAuthzen(raw: unknown): Finding[] {
  const { model, rules } = mappingOf(mappingOf(raw)["authzen"]);
  if ((model === undefined) === (rules === undefined)) return [];
  const missing = model === undefined ? "model" : "rules";
  const message = "is required: model and rules come together";
  return [{ path: ["policy", "authzen", missing], message }];
}

function checkSpool(telemetry: unknown): Finding[] {
  const spool = mappingOf(mappingOf(telemetry)["spool"]);
  const whole = Number(spool["max_bytes"] ?? DEFAULTS.telemetry.spool_max_bytes);
  const segment = Number(spool["segment_bytes"] ?? DEFAULTS.telemetry.spool_segment_bytes);
  if (!(segment * 2 > whole)) return [];
  const path = ["telemetry", "spool", "max_bytes"];
  return [{ path, message: "must hold at least two segments; see segment_bytes" }];
}
