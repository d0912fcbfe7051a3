// Brings a database to the schema of this code: numbered files, each applied once, in order.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "./client.ts";
import type { RetentionOptions } from "./options.ts";
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
const RETAINED: readonly (readonly [string, (retention: RetentionOptions) => string])[] = [
  ["requests", (days) => `toDateTime(started_at) + toIntervalDay(${days.requests_days})`],
  [
    "rollups",
    (days) =>
      `time + toIntervalDay(${days.rollup_10s_days}) WHERE grain_s = 10, ` +
      `time + toIntervalDay(${days.rollup_1m_days}) WHERE grain_s = 60, ` +
      `time + toIntervalDay(${days.rollup_1h_days}) WHERE grain_s = 3600`,
  ],
  ["otel_spans", (days) => `toDateTime(Timestamp) + toIntervalDay(${days.traces_days})`],
  ["otel_logs", (days) => `toDateTime(Timestamp) + toIntervalDay(${days.logs_days})`],
  ...["gauge", "sum", "histogram", "exponential_histogram", "summary"].map(
    (kind) =>
      [
        `otel_metrics_${kind}`,
        (days: RetentionOptions) => `toDateTime(TimeUnix) + toIntervalDay(${days.metrics_days})`,
      ] as const,
  ),
];

/**
 * Creates the database, applies what is missing and sets the retention. May run twice at once:
 * every statement of a migration can be repeated. Throws where the database is newer than the code.
 */
export async function migrate(
  store: Store,
  retention: RetentionOptions,
  folder: string = join(packageFolder(), "collector", "schema"),
): Promise<void> {
  const migrations = readMigrations(folder, retention);
  await store.createDatabase();
  await store.command(APPLIED);
  const { rows } = await store.query("SELECT DISTINCT name FROM schema_migrations ORDER BY name");
  const applied = new Set(rows.map((row) => String(row["name"])));
  refuseNewer(applied, migrations);
  const isFresh = applied.size === 0;
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await apply(
      store,
      isFresh && isUpgrade(migration) ? { ...migration, statements: [] } : migration,
    );
  }
  await setRetention(store, retention);
}

/** Files in the order of their numbers, `{{requests_days}}` and its like filled in. */
function readMigrations(folder: string, retention: RetentionOptions): Migration[] {
  const files = readdirSync(folder).filter((file) => /^\d{4}_\w+\.sql$/.test(file));
  return files.sort().map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const filled = text.replaceAll(/\{\{(?<key>\w+)\}\}/g, (whole, key: string) =>
      String(retention[key as keyof RetentionOptions] ?? whole),
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
 * Gives older databases what the files before it create by now. Not for fresh ones: ClickHouse writes
 * the deduplication log of a table it has altered late, so a killed store could take a batch twice.
 */
function isUpgrade({ name }: Migration): boolean {
  return name.endsWith("_upgrade");
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

async function apply(store: Store, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await store.command(statement);
  await store.command(`INSERT INTO schema_migrations (name) VALUES ('${migration.name}')`);
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
    await store.command(`ALTER TABLE ${table} MODIFY TTL ${ttl}`);
  }
}
