// A server that takes messages, or refuses them, and tells the test of each.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = number | ((body: string) => number);

export interface Receiver {
  readonly url: string;
  /** Taken ones, oldest first. */
  readonly taken: readonly Received[];
  readonly refused: () => number;
  /** From now on; a function answers each by what it says. */
  readonly answer: (next: Answer) => void;
  /** Resolves once this many are taken. */
  readonly until: (count: number) => Promise<void>;
  readonly close: () => void;
}

export async function startReceiver(): Promise<Receiver> {
  const taken: Received[] = [];
  let refused = 0;
  let given: Answer = 200;
  let look = (): void => undefined;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const status = typeof given === "number" ? given : given(body);
      response.writeHead(status).end();
      if (status === 200) taken.push({ path: request.url ?? "", headers: request.headers, body });
      else refused++;
      look();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    refused: () => refused,
    answer: (next) => (given = next),
    until: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (taken.length >= count) resolve();
        };
        look();
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
