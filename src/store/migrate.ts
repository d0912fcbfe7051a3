// Brings a database to the schema of this code: numbered files, each applied once, in order.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Log, silentLog } from "../core/log.ts";
import type { Store } from "./client.ts";
import { SUM_TABLES } from "./closings.ts";
import { countOlderRows } from "./older-rows.ts";
import type { ColdOptions, RetentionOptions } from "./options.ts";
import { packageFolder } from "./package-folder.ts";

export interface Migration {
  /** The file's name without ".sql": "0001_requests". */
  readonly name: string;
  readonly statements: readonly string[];
}

const APPLIED = `
  CREATE TABLE IF NOT EXISTS schema_migrations
  (name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
  ENGINE = ReplacingMergeTree ORDER BY name`;

/** Tables whose rows age, each with its TTL as ClickHouse writes it. */
type Retained = readonly [table: string, ttlOf: (retention: RetentionOptions) => string];

/** Those of rows, by their time and how long they are kept; they are what may go to a colder volume. */
const ROWS: readonly (readonly [table: string, time: string, days: keyof RetentionDays])[] = [
  ["requests", "toDateTime(started_at)", "requests_days"],
  ["notable_requests", "toDateTime(started_at)", "requests_days"],
  ["otel_spans", "toDateTime(Timestamp)", "traces_days"],
  ["otel_logs", "toDateTime(Timestamp)", "logs_days"],
  ...["gauge", "sum", "histogram", "exponential_histogram", "summary"].map(
    (kind) => [`otel_metrics_${kind}`, "toDateTime(TimeUnix)", "metrics_days"] as const,
  ),
];

type RetentionDays = Omit<RetentionOptions, "cold">;

const SUMS: readonly Retained[] = [
  [
    "rollups",
    (days) =>
      `time + toIntervalDay(${days.rollup_10s_days}) WHERE grain_s = 10, ` +
      `time + toIntervalDay(${days.rollup_1m_days}) WHERE grain_s = 60, ` +
      `time + toIntervalDay(${days.rollup_1h_days}) WHERE grain_s = 3600`,
  ],
  [
    "coarse_rollups",
    (days) =>
      `time + toIntervalDay(${days.rollup_1m_days}) WHERE grain_s = 300, ` +
      `time + toIntervalDay(${days.rollup_1h_days}) WHERE grain_s = 21600`,
  ],
  ...SUM_TABLES.map((table): Retained => [
    table,
    (days) =>
      `time + toIntervalDay(${days.rollup_1m_days}) WHERE grain_s < 21600, ` +
      `time + toIntervalDay(${days.rollup_1h_days}) WHERE grain_s >= 21600`,
  ]),
  ["trace_places", (days) => `five_minutes + toIntervalDay(${days.requests_days})`],
];

const RETAINED: readonly Retained[] = [
  ...ROWS.map(([table, time, days]): Retained => {
    return [table, (retention) => rowTtl(time, retention[days], retention.cold)];
  }),
  ...SUMS,
];

function rowTtl(time: string, days: number, cold: ColdOptions | undefined): string {
  const ends = `${time} + toIntervalDay(${days})`;
  if (cold === undefined || cold.after_days >= days) return ends;
  return `${time} + toIntervalDay(${cold.after_days}) TO VOLUME '${cold.volume}', ${ends}`;
}

/** A store of before may hold many rows; some statements look at all of them, or write them anew. */
const UPGRADE_LIMIT_MS = 3_600_000;

interface MigrateOptions {
  /** Of the numbered files. */
  readonly folder?: string;
  /** Told how far an upgrade is. */
  readonly log?: Log;
}

/**
 * Creates the database, applies what is missing and sets the retention. May run twice at once:
 * every statement of a migration can be repeated, or says what it makes. Throws where the database is newer than the code.
 */
export async function migrate(
  store: Store,
  retention: RetentionOptions,
  { folder = join(packageFolder(), "collector", "schema"), log = silentLog }: MigrateOptions = {},
): Promise<void> {
  const patient = withPatience(store);
  const migrations = readMigrations(folder, retention);
  await store.createDatabase();
  await store.command(APPLIED);
  const { rows } = await store.query("SELECT DISTINCT name FROM schema_migrations ORDER BY name");
  const applied = new Set(rows.map((row) => String(row["name"])));
  refuseNewer(applied, migrations);
  if (applied.size === 0) await build(store, migrations);
  else {
    const missing = migrations.filter(({ name }) => !applied.has(name));
    await upgrade(patient, missing, log);
  }
  await setRetention(patient, retention);
}

function withPatience(store: Store): Store {
  return { ...store, command: (sql) => store.command(sql, UPGRADE_LIMIT_MS) };
}

/** Files in the order of their numbers, `{{requests_days}}` and its like filled in. */
function readMigrations(folder: string, retention: RetentionOptions): Migration[] {
  const files = readdirSync(folder).filter((file) => /^\d{4}_\w+\.sql$/.test(file));
  return files.sort().map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const filled = text.replaceAll(/\{\{(?<key>\w+)\}\}/g, (whole, key: string) =>
      String(retention[key as keyof RetentionDays] ?? whole),
    );
    const statements = filled.split(/;\s*$/m).filter(isStatement);
    return { name: file.replace(/\.sql$/, ""), statements };
  });
}

/** Not only blanks and comments. */
function isStatement(text: string): boolean {
  return text.replaceAll(/^--.*$/gm, "").trim() !== "";
}

/**
 * A database with nothing in it yet. What only gives older ones what the files before it create by now is left out:
 * ClickHouse writes the deduplication log of a table it has altered late, so a killed store could take a batch twice.
 * The names come last and together, so whoever is cut short builds again, and alters nothing.
 */
async function build(store: Store, migrations: readonly Migration[]): Promise<void> {
  for (const { name, statements } of migrations) {
    if (name.endsWith("_upgrade")) continue;
    for (const statement of statements) await store.command(statement);
  }
  await note(store, migrations);
}

async function upgrade(store: Store, missing: readonly Migration[], log: Log): Promise<void> {
  for (const migration of missing) {
    log.info("store_upgrade", { migration: migration.name });
    for (const statement of migration.statements) {
      if (/^-- with older rows$/m.test(statement)) await countOlderRows(store, statement, log);
      const [, made] = /^-- once (\S+)$/m.exec(statement) ?? [];
      await (made === undefined ? store.command(statement) : commandOnce(store, statement, made));
    }
    await note(store, [migration]);
  }
}

async function note(store: Store, applied: readonly Migration[]): Promise<void> {
  const names = applied.map(({ name }) => `('${name}')`).join(", ");
  await store.command(`INSERT INTO schema_migrations (name) VALUES ${names}`);
}

function refuseNewer(applied: ReadonlySet<string>, known: readonly Migration[]): void {
  const names = new Set(known.map((migration) => migration.name));
  const unknown = [...applied].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `the database is newer than this weir: it has ${unknown.join(", ")}; start a newer weir, or use another database`,
    );
  }
}

/** A statement that can't be repeated: not where it made its column already, be it this moment by another weir. */
async function commandOnce(store: Store, statement: string, column: string): Promise<void> {
  const isMade = async (): Promise<boolean> => {
    const { rows } = await store.query(
      "SELECT 1 FROM system.columns WHERE database = {database:String} AND concat(table, '.', name) = {column:String}",
      { database: store.database, column },
    );
    return rows.length > 0;
  };
  if (await isMade()) return;
  await store.command(statement).catch(async (thrown: unknown) => {
    if (!(await isMade())) throw thrown;
  });
}

async function setRetention(store: Store, retention: RetentionOptions): Promise<void> {
  const { rows } = await store.query(
    "SELECT name, engine_full FROM system.tables WHERE database = {database:String}",
    { database: store.database },
  );
  const engines = new Map(rows.map((row) => [String(row["name"]), String(row["engine_full"])]));
  for (const [table, ttlOf] of RETAINED) {
    const ttl = ttlOf(retention);
    const engine = engines.get(table);
    if (engine === undefined || engine.includes(`TTL ${ttl} SETTINGS`)) continue;
    // What is in a colder volume stays where it can be read: the policy is never taken back.
    const policy = ttl.includes(" TO VOLUME ") ? retention.cold?.policy : undefined;
    if (policy !== undefined && !engine.includes(`storage_policy = '${policy}'`)) {
      await store.command(`ALTER TABLE ${table} MODIFY SETTING storage_policy = '${policy}'`);
    }
    await store.command(`ALTER TABLE ${table} MODIFY TTL ${ttl}`);
  }
}
