// An address to listen on as people write it.
import type { ListenAddress } from "./config.ts";

/** "127.0.0.1:8080" or "[::1]:8080". */
export function formatListen({ host, port }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
