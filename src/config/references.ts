// ${env:NAME}, ${file:PATH} and ${exec:COMMAND} in values, so that secrets need not stand in the config.
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type ExecResult, runForValue } from "./exec-reference.ts";
import type { Finding, KeyPath } from "./fault.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface References {
  /** A copy with every reference replaced; what came out of one is not searched again. */
  readonly root: unknown;
  readonly findings: readonly Finding[];
  /** Absolute paths of the files named. */
  readonly files: readonly string[];
}

interface Lookup {
  readonly env: Environment;
  readonly folder: string;
  readonly findings: Finding[];
  readonly files: string[];
  /** Each command runs once for a config, however often it stands there. */
  readonly commands: Map<string, ExecResult>;
}

const REFERENCE = /\$\{([^}]*)\}?/g;
const ENV_NAME = /^[A-Za-z_]\w*$/;
/** Secrets are short; a larger file is a wrong path. */
const MAX_FILE_BYTES = 65_536;

/** Replaces the references in all values; relative files are sought from `folder`. */
export function resolveReferences(root: unknown, folder: string, env: Environment): References {
  const lookup: Lookup = { env, folder, findings: [], files: [], commands: new Map() };
  return { root: resolveValue(root, [], lookup), findings: lookup.findings, files: lookup.files };
}

function resolveValue(value: unknown, path: KeyPath, lookup: Lookup): unknown {
  if (typeof value === "string") return resolveText(value, path, lookup);
  if (Array.isArray(value))
    return value.map((item, at) => resolveValue(item, [...path, at], lookup));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, resolveValue(item, [...path, key], lookup)]),
  );
}

function resolveText(text: string, path: KeyPath, lookup: Lookup): string {
  return text.replace(REFERENCE, (whole: string, inner: string) => {
    const found = whole.endsWith("}")
      ? resolveOne(inner, lookup)
      : { problem: "lacks a closing }" };
    if ("value" in found) return found.value;
    lookup.findings.push({ path, message: found.problem });
    return "";
  });
}

type Resolved = { readonly value: string } | { readonly problem: string };

function resolveOne(inner: string, lookup: Lookup): Resolved {
  if (inner.startsWith("env:")) return fromEnvironment(inner.slice(4), lookup.env);
  if (inner.startsWith("file:")) return fromFile(inner.slice(5), lookup);
  if (inner.startsWith("exec:")) return fromCommand(inner.slice(5), lookup);
  return { problem: "has an unknown reference; use ${env:NAME}, ${file:PATH} or ${exec:COMMAND}" };
}

function fromEnvironment(name: string, env: Environment): Resolved {
  if (!ENV_NAME.test(name)) return { problem: "${env:NAME} needs the name of a variable" };
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined)
    return { problem: `the environment variable ${name} is not set; set it` };
  return { value };
}

function fromCommand(command: string, { folder, commands }: Lookup): Resolved {
  const result = commands.get(command) ?? runForValue(command, folder);
  commands.set(command, result);
  return result;
}

function fromFile(name: string, lookup: Lookup): Resolved {
  const file = resolve(lookup.folder, name);
  lookup.files.push(file);
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { problem: `${name} is not a file` };
    if (stat.size > MAX_FILE_BYTES) return { problem: `${name} is larger than 64 KiB` };
    return { value: readFileSync(file, "utf8").replace(/\r?\n$/, "") };
  } catch {
    return { problem: `${name} cannot be read; it must be a file beside the config or absolute` };
  }
}
