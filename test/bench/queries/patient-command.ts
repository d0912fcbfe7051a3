// Statements that fill a store: on a busy machine one takes longer than any statement of weir's may.
import { createClient } from "@clickhouse/client";

export type Command = (sql: string) => Promise<void>;

const TIMEOUT_S = 900;

/** `url` as the embedded store gives it. */
export function patientCommand(url: string): Command {
  const at = new URL(url);
  const database = at.pathname.slice(1);
  at.pathname = "";
  const client = createClient({
    url: at,
    database,
    request_timeout: TIMEOUT_S * 1000,
    clickhouse_settings: { max_execution_time: TIMEOUT_S },
  });
  return async (query) => void (await client.command({ query }));
}
