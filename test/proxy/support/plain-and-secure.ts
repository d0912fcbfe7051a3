// weir over HTTP and HTTPS in front of one service that the test answers for.
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createAuthority } from "../../support/certificates.ts";
import { startProxy, type TestProxy } from "../../support/proxy.ts";

export interface PlainAndSecure extends AsyncDisposable {
  readonly proxy: TestProxy;
  /** The authority that weir's certificate, for weir.test, is of. */
  readonly ca: string;
}

export async function startPlainAndSecure(answer: RequestListener): Promise<PlainAndSecure> {
  const authority = createAuthority();
  const pair = authority.issue("weir", { san: "DNS:weir.test" });
  const upstream = createServer(answer);
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const https = { listen: "127.0.0.1:0", certificates: [pair] };
  const proxy = await startProxy({
    upstreams: [url],
    config: { listen: { http: "127.0.0.1:0", https } },
  });
  return {
    proxy,
    ca: readFileSync(authority.ca, "utf8"),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      upstream.close();
      authority[Symbol.dispose]();
    },
  };
}
