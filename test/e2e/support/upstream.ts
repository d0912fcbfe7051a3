// The service behind weir: answers at once, or after ?ms=N, with the request's body back.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Upstream {
  readonly url: string;
  readonly close: () => void;
}

/** Port 0: any free one. */
export async function startUpstream(port = 0): Promise<Upstream> {
  const server = createServer(answer).listen(port, "127.0.0.1");
  // Above weir's own, so that idle connections are closed by weir alone.
  server.keepAliveTimeout = 120_000;
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const ms = Number(new URL(request.url ?? "/", "http://upstream").searchParams.get("ms") ?? 0);
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => (body += chunk));
  request.on("end", () => {
    const reply = (): void => void response.end(body || "ok");
    if (ms > 0) setTimeout(reply, ms);
    else reply();
  });
}
