// Files that a config names: where they are, which must be readable, which to watch while it is unsound.
import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Finding, KeyPath } from "./fault.ts";
import { mappingOf, textOf } from "./raw.ts";

/** Relative names begin at `folder`, the config's own. Empty where nothing is named. */
export function absolutePath(folder: string, name = ""): string {
  return name === "" ? "" : resolve(folder, name);
}

/** Nothing where nothing is named. */
export function checkReadable(name: unknown, path: KeyPath, folder: string): Finding[] {
  const file = absolutePath(folder, textOf(name));
  if (file === "" || isReadableFile(file)) return [];
  const message = "names no readable file; relative paths begin at the config's folder";
  return [{ path, message }];
}

/** Where the policies would be, what goes with them, and the users, the alerts, as far as that is said. */
export function namedFilesIn(root: unknown, folder: string): string[] {
  const policy = mappingOf(mappingOf(root)["policy"]);
  const all = [policy, mappingOf(policy["shadow"]), mappingOf(policy["authzen"])];
  const { file: users } = mappingOf(mappingOf(mappingOf(root)["identity"])["users"]);
  const { rules: roles } = mappingOf(mappingOf(root)["admin"]);
  const policies = all.flatMap(({ model, rules, entities }) => [model, rules, entities]);
  const { dashboards, alerts } = mappingOf(root);
  return [...policies, users, roles, dashboards, alerts]
    .map((name) => absolutePath(folder, textOf(name)))
    .filter((file) => file !== "");
}

function isReadableFile(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
