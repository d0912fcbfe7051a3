// What reading a config ends in: a Config, or every fault.
import { buildConfig, revisionOf } from "./build.ts";
import type { Config } from "./config.ts";
import type { Fault } from "./fault.ts";
import type { ConfigInput } from "./schema.ts";

export type LoadResult =
  | {
      readonly ok: true;
      readonly config: Config;
      /** A short hash of what the config says, secrets included. */
      readonly revision: string;
      /** Absolute paths of everything that was read or named, to be watched. */
      readonly files: readonly string[];
      /** Key paths of secrets that are no references. */
      readonly openSecrets: readonly string[];
    }
  | {
      readonly ok: false;
      readonly faults: readonly Fault[];
      /** Absolute paths of what was read or named: a change to one may be the remedy. */
      readonly files?: readonly string[];
    };

/** Reads the config anew at each call: at the start, and for each reload. */
export type ConfigLoader = () => LoadResult | Promise<LoadResult>;

/** A checked input as a result; `files` are those read so far. */
export function loaded(input: ConfigInput, folder: string, files: readonly string[]): LoadResult {
  const config = buildConfig(input, folder);
  const named = config.policy === null ? [] : policyFilesOf(config.policy);
  const { users } = config.identity;
  if (users !== null) named.push(users.file);
  if (config.admin.rules !== "") named.push(config.admin.rules);
  return {
    ok: true,
    config,
    revision: revisionOf(input),
    files: [...new Set([...files, ...named, ...tlsFilesOf(config)])],
    openSecrets: [],
  };
}

function tlsFilesOf({ listen, admin, collector, services }: Config): string[] {
  const { certificates = [], client_certificates: clients } = listen.https ?? {};
  const own = [admin.tls, collector?.tls ?? null].filter((tls) => tls !== null);
  const pairs = [...certificates, ...own];
  const trusts = [clients, ...own.map((tls) => tls.client_certificates)];
  const files = [
    ...pairs.flatMap(({ cert, key }) => [cert, key]),
    ...trusts.flatMap((trust) => [trust?.ca ?? "", trust?.crl ?? ""]),
    ...Object.values(services).flatMap(({ tls }) =>
      tls === null ? [] : [tls.ca, tls.crl, tls.cert, tls.key],
    ),
  ];
  return files.filter((file) => file !== "");
}

function policyFilesOf(policy: NonNullable<Config["policy"]>): string[] {
  const { shadow, authzen } = policy;
  const policies = [policy, shadow, authzen?.policy ?? null];
  const files = policies.flatMap((each) => (each === null ? [] : [each.model, each.rules]));
  return authzen === null || authzen.entities === "" ? files : [...files, authzen.entities];
}
