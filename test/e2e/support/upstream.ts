// The service behind weir: answers at once, after ?ms=N, or with ?hold when it is let go, with the request's body back.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Upstream {
  readonly url: string;
  readonly close: () => void;
}

export interface HoldingUpstream extends Upstream {
  /** How many wait to be let go. */
  readonly held: () => number;
  /** Answers all that are held. */
  readonly release: () => void;
}

/** Port 0: any free one; `came` is told of each that is held. */
export async function startUpstream(
  port = 0,
  came: () => void = () => undefined,
): Promise<HoldingUpstream> {
  const waiting: (() => void)[] = [];
  const hold = (reply: () => void): void => {
    waiting.push(reply);
    came();
  };
  const server = createServer((request, response) => answer(request, response, hold));
  server.listen(port, "127.0.0.1");
  // Above weir's own, so that idle connections are closed by weir alone.
  server.keepAliveTimeout = 120_000;
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => waiting.length,
    release() {
      for (const reply of waiting.splice(0)) reply();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  hold: (reply: () => void) => void,
): void {
  const { searchParams } = new URL(request.url ?? "/", "http://upstream");
  const ms = Number(searchParams.get("ms") ?? 0);
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => (body += chunk));
  request.on("end", () => {
    const reply = (): void => void response.end(body || "ok");
    if (searchParams.has("hold")) hold(reply);
    else if (ms > 0) setTimeout(reply, ms);
    else reply();
  });
}
