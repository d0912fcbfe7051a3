// An admin API that answers what a test says, over real HTTP.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
}

export interface AdminFixture {
  readonly url: string;
  readonly port: number;
  readonly asked: Asked[];
  readonly close: () => Promise<void>;
}

export interface FixtureAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
}

/** What to answer by "METHOD PATH"; a function writes for itself. */
export type FixtureAnswers = Readonly<
  Record<string, FixtureAnswer | ((response: ServerResponse) => void)>
>;

export async function startAdminFixture(answers: FixtureAnswers): Promise<AdminFixture> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = "", url = "", headers } = request;
      asked.push({ method, target: url, authorization: headers.authorization ?? "", body });
      const answer = answers[`${method} ${url.replace(/\?.*/, "")}`];
      if (typeof answer === "function") return answer(response);
      reply(
        response,
        answer ?? { status: 404, body: { code: "not_found", title: "Nothing here." } },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(
  response: ServerResponse,
  { status = 200, type = "application/json", body }: FixtureAnswer,
): void {
  response.writeHead(status, { "content-type": type });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
