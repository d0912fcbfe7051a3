// The config of `weir run --upstream URL`: one service, one route, no file and no policy.
import { formatKeyPath } from "./fault.ts";
import { loaded, type LoadResult } from "./load-result.ts";
import { configSchema } from "./schema.ts";
import { checkSchema } from "./schema-check.ts";

/** What the command line may say besides the URL, as it would stand in a file. */
export interface UpstreamOverrides {
  /** HOST:PORT */
  readonly listen?: string;
  /** HOST:PORT */
  readonly adminListen?: string;
  /** HOST:PORT; nothing is received without. */
  readonly collectorListen?: string;
  readonly data?: string;
  readonly workers?: number;
  readonly store?: "embedded" | { readonly url: string };
}

/** Everything to one service, everyone anonymous; faults name the file "--upstream". */
export function upstreamConfig(url: string, overrides: UpstreamOverrides = {}): LoadResult {
  const { listen, adminListen, collectorListen, ...rest } = overrides;
  const result = checkSchema(configSchema, {
    ...rest,
    ...(listen === undefined ? {} : { listen: { http: listen } }),
    ...(adminListen === undefined ? {} : { admin: { listen: adminListen } }),
    ...(collectorListen === undefined ? {} : { collector: { listen: collectorListen } }),
    services: { upstream: { endpoints: [url] } },
    routes: [{ name: "upstream", match: { path: "/**" }, service: "upstream" }],
  });
  if (result.ok) return loaded(result.input, process.cwd(), []);
  const faults = result.findings.map(({ path, message }) => ({
    file: "--upstream",
    line: 1,
    keyPath: formatKeyPath(path),
    message,
  }));
  return { ok: false, faults };
}
