// `weir ca renew`: renews certificates that are due, once or until it is ended.
import { readdirSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { type Authority, openAuthority } from "../../ca/authority.ts";
import { CaError } from "../../ca/ca-error.ts";
import type { PairFiles } from "../../ca/pair-files.ts";
import { renewablePair, type RenewablePair, renewPair } from "../../ca/renew.ts";
import { createRenewals, type RenewalEvent } from "../../ca/renewals.ts";
import { listDueMs, refreshList } from "../../ca/revocation-list.ts";
import { messageOf } from "../../core/errors.ts";
import { EXIT_UNUSABLE, tellFault } from "../command-error.ts";
import { untilSignalled } from "../signals.ts";
import { type CaOptions, tell, telling, type Told, utc, withFolder } from "./command.ts";

interface RenewOptions extends CaOptions {
  readonly force?: true;
  readonly watch?: true;
}

export function renewCommand(): Command {
  return withFolder(new Command("renew"))
    .description(
      "renew certificates that have two thirds of their life behind them: same names, new key",
    )
    .argument(
      "[files...]",
      "FILE.crt, with FILE.key beside it (default: all of this CA in the folder)",
      collected,
      [],
    )
    .option("--force", "renew all of them at once")
    .option("--watch", "go on, and renew each in its time")
    .action((files: readonly string[], options: RenewOptions) =>
      options.watch === true ? watch(files, options) : once(files, options),
    );
}

function collected(file: string, before: readonly string[]): readonly string[] {
  if (!file.endsWith(".crt")) throw new InvalidArgumentError("Name files that end in .crt.");
  return [...before, file];
}

async function once(files: readonly string[], options: RenewOptions): Promise<void> {
  await telling(options, async () => {
    const round = await roundOf(files, options);
    if (round.hasFailed) process.exitCode = EXIT_UNUSABLE;
    return round;
  });
}

interface Round extends Told {
  readonly hasFailed: boolean;
}

/** One that can't be renewed is told of, and keeps no other from it. */
async function roundOf(files: readonly string[], options: RenewOptions): Promise<Round> {
  const { dir, force, json } = options;
  const nowMs = Date.now();
  const authority = openAuthority(dir, nowMs);
  const pairs = pairsOf(authority, files);
  if (pairs.length === 0) {
    throw new CaError(
      "unusable_certificate",
      `no certificate of the CA in ${dir} is here; name some`,
    );
  }
  if (listDueMs(authority) <= nowMs) await refreshList(authority, nowMs);
  const told: Told[] = [];
  let hasFailed = false;
  for (const pair of pairs) {
    if (force !== true && pair.dueMs > nowMs) {
      told.push(lineOf("kept", pair.files.cert, pair.notAfterMs));
      continue;
    }
    const done = await renewed(authority, pair);
    hasFailed ||= done instanceof CaError;
    if (done instanceof CaError) tellFault(done, json === true);
    else told.push(done);
  }
  return {
    hasFailed,
    json: { ok: !hasFailed, certificates: told.map((each) => each.json) },
    lines: told.flatMap(({ lines }) => lines),
  };
}

/** Those that are named must be this CA's; of those that lie about, only these are meant. */
function pairsOf(authority: Authority, named: readonly string[]): readonly RenewablePair[] {
  if (named.length > 0) return named.map((file) => ownPair(authority, filesOf(file)));
  const found = readdirSync(".").filter((file) => file.endsWith(".crt") && file !== "ca.crt");
  return found.flatMap((file) => {
    try {
      return renewablePair(authority, filesOf(file)) ?? [];
    } catch (thrown) {
      if (thrown instanceof CaError) return [];
      throw thrown;
    }
  });
}

function ownPair(authority: Authority, files: PairFiles): RenewablePair {
  const pair = renewablePair(authority, files);
  if (pair !== null) return pair;
  throw new CaError(
    "unusable_certificate",
    `${files.cert} is not from the CA in ${authority.folder}`,
  );
}

function filesOf(cert: string): PairFiles {
  return { cert, key: cert.replace(/\.crt$/, ".key") };
}

async function renewed(authority: Authority, pair: RenewablePair): Promise<Told | CaError> {
  const { cert } = pair.files;
  try {
    const { notAfterMs } = await renewPair(authority, pair, Date.now());
    return lineOf("renewed", cert, notAfterMs);
  } catch (thrown) {
    if (thrown instanceof CaError) return thrown;
    return new CaError("unusable_certificate", `${cert}: ${messageOf(thrown)}`, thrown);
  }
}

function lineOf(action: "renewed" | "kept", cert: string, notAfterMs: number): Told {
  return {
    json: { action, certificate: cert, not_after: new Date(notAfterMs).toISOString() },
    lines: [`${action.padEnd(7)} ${cert}, until ${utc(notAfterMs)}`],
  };
}

/** Until a signal. What fails later is said and tried again; a first round that can't be done ends it. */
async function watch(files: readonly string[], options: RenewOptions): Promise<void> {
  const { dir, json } = options;
  const isJson = json === true;
  await telling(options, async () => roundOf(files, options));
  if (process.exitCode !== undefined) return;
  const renewals = createRenewals({
    folder: () => dir,
    // Those that are named are tried each by itself, whatever becomes of one of them.
    pairs: () =>
      files.length > 0
        ? files.map(filesOf)
        : pairsOf(openAuthority(dir, Date.now()), []).map((pair) => pair.files),
    nowMs: Date.now,
    told: (event) => sayOf(event, isJson),
  });
  renewals.start();
  await untilSignalled({ reload: renewals.look });
  await renewals.stop();
}

function sayOf(event: RenewalEvent, isJson: boolean): void {
  if (event.kind === "renewed") {
    const { cert, notAfterMs } = event;
    tell(lineOf("renewed", cert, notAfterMs), isJson);
    return;
  }
  const again = `again in ${Math.ceil(event.retryInMs / 1000)} s`;
  const message = `${event.what} could not be renewed, ${again}: ${event.message}`;
  tellFault(new CaError("unusable_certificate", message), isJson);
}
