// `weir ca list`: what a CA issued, and how each certificate stands.
import { Command } from "commander";
import { readAuthority } from "../../ca/authority.ts";
import { knownIn, type LedgerRecord } from "../../ca/ledger.ts";
import { type CaOptions, telling, type Told, utc, withFolder } from "./command.ts";

export function listCommand(): Command {
  return withFolder(new Command("list"))
    .description("list what was issued, and how each stands; what expired a day ago is forgotten")
    .action((options: CaOptions) =>
      telling(options, async () => toldOf(knownIn(readAuthority(options.dir).folder), Date.now())),
    );
}

function toldOf(records: readonly LedgerRecord[], nowMs: number): Told {
  const sorted = records.toSorted(byName);
  return {
    json: { certificates: sorted.map((record) => shownOf(record, nowMs)) },
    lines: sorted.map((record) => {
      const { entry, serial } = record;
      const named = entry === null ? "" : `  until ${utc(entry.notAfterMs)}  ${entry.spiffeId}`;
      return `${stateOf(record, nowMs).padEnd("unreadable".length)}  ${serial}${named}`;
    }),
  };
}

/** The newest of each first; what is known by its number alone comes before all. */
function byName({ entry: one }: LedgerRecord, { entry: other }: LedgerRecord): number {
  const order = (one?.name ?? "").localeCompare(other?.name ?? "");
  return order === 0 ? (other?.notAfterMs ?? 0) - (one?.notAfterMs ?? 0) : order;
}

function shownOf(record: LedgerRecord, nowMs: number): object {
  const { serial, entry, revokedAtMs } = record;
  return {
    name: entry?.name ?? null,
    spiffe_id: entry?.spiffeId ?? null,
    serial,
    state: stateOf(record, nowMs),
    not_after: entry && new Date(entry.notAfterMs).toISOString(),
    revoked_at: revokedAtMs === null ? null : new Date(revokedAtMs).toISOString(),
  };
}

function stateOf({ entry, revokedAtMs }: LedgerRecord, nowMs: number): string {
  if (revokedAtMs !== null) return "revoked";
  if (entry === null) return "unreadable";
  return entry.notAfterMs > nowMs ? "valid" : "expired";
}
