// A ClickHouse by URL, which is what the embedded server is to a weir that did not start it, behind a proxy.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import { createEmbeddedStore } from "../../../src/store/embedded/supervisor.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";

export interface FarStore {
  /** As flow YAML for the config. */
  readonly config: string;
  readonly proxy: TcpProxy;
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function startFarStore(): Promise<FarStore> {
  const folder = mkdtempSync(join(tmpdir(), "weir-far-store-"));
  const server = createEmbeddedStore({ folder, log: silentLog });
  const url = new URL(await server.start());
  const proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  return {
    proxy,
    url: url.href,
    config: `{ url: "${url.href}" }`,
    close: async () => {
      await proxy.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
