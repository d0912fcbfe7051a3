// The engine's server settings: small caches and pools, so that it is a modest guest on a small machine.

const SETTINGS = {
  max_server_memory_usage: 2_000_000_000,
  mark_cache_size: 64 << 20,
  index_mark_cache_size: 16 << 20,
  uncompressed_cache_size: 0,
  index_uncompressed_cache_size: 0,
  mmap_cache_size: 100,
  compiled_expression_cache_size: 16 << 20,
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 2,
  background_move_pool_size: 1,
  background_fetches_pool_size: 1,
  background_common_pool_size: 2,
  background_schedule_pool_size: 4,
  max_thread_pool_size: 200,
  timezone: "UTC",
} as const;

/** Text of the file the engine reads instead of any config.xml it would find by itself. */
export function engineConfig(): string {
  const lines = Object.entries(SETTINGS).map(([name, value]) => `  <${name}>${value}</${name}>`);
  return `<clickhouse>\n${lines.join("\n")}\n</clickhouse>\n`;
}
