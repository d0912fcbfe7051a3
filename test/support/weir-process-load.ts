// Bounded closed-loop load on a weir: some clients, each with one kept-alive connection and a pause.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A response the client has whole. */
export interface Answer {
  /** trace_id-span_id, from `traceresponse`. */
  readonly id: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly atMs: number;
}

/** A request without a whole response. */
export interface Failure {
  readonly code: string;
  readonly method: string;
  readonly path: string;
  readonly atMs: number;
  /** The connection had served others before: it may have been closed while idle (RFC 9112 9.3.1). */
  readonly reused: boolean;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Load {
  readonly answers: readonly Answer[];
  readonly failures: readonly Failure[];
  /** Resolves once so many were answered. */
  readonly reached: (answers: number) => Promise<void>;
  /** Sends no more; resolves when nothing is in flight. */
  readonly stop: () => Promise<void>;
}

export interface LoadOptions {
  readonly port: number;
  readonly clients?: number;
  /** Between a client's answer and its next request. */
  readonly pauseMs?: number;
  /** The n-th request, counted over all clients. */
  readonly ask?: (n: number) => Asked;
}

const GET: Asked = { method: "GET", path: "/x" };
const LONGEST_MS = 200_000;
/** Answers that take longer to come do not come. */
const PATIENCE_MS = 120_000;
/** A request unanswered for so long counts as failed. */
const SILENCE_MS = 40_000;

export function startLoad(options: LoadOptions): Load {
  const { port, clients = 8, pauseMs = 15, ask = () => GET } = options;
  const answers: Answer[] = [];
  const failures: Failure[] = [];
  const stopping = new AbortController();
  let sent = 0;
  const endMs = performance.now() + LONGEST_MS;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping.signal.aborted && performance.now() < endMs) {
      const outcome = await send({ port, agent, asked: ask(sent++) });
      if ("status" in outcome) answers.push(outcome);
      else failures.push(outcome);
      await sleep(pauseMs);
    }
    agent.destroy();
  };
  const done = Promise.all(Array.from({ length: clients }, client));
  return {
    answers,
    failures,
    reached: (count) => reached(answers, count),
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

async function reached(answers: readonly Answer[], count: number): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (answers.length < count) {
    if (performance.now() > deadlineMs) throw new Error(`${answers.length} of ${count} answers`);
    await sleep(10);
  }
}

export interface Sending {
  readonly port: number;
  readonly asked: Asked;
  readonly agent?: Agent;
}

/** One request; a response counts once its last byte is here. */
export function send({ port, asked, agent }: Sending): Promise<Answer | Failure> {
  const { method, path, headers = {}, body = "" } = asked;
  return new Promise((resolve) => {
    const outgoing = request(
      { host: "127.0.0.1", port, method, path, headers, agent: agent ?? false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", (error) => fail(error));
        response.on("end", () => {
          const id = idOf(String(response.headers["traceresponse"] ?? ""));
          const status = response.statusCode ?? 0;
          resolve({ id, status, method, path, body: text, atMs: performance.now() });
        });
      },
    );
    const fail = (error: NodeJS.ErrnoException): void => {
      const code = error.code ?? error.message;
      const reused = outgoing.reusedSocket;
      resolve({ code, method, path, reused, atMs: performance.now() });
    };
    outgoing.on("error", fail);
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error("no answer in time")));
    outgoing.end(body);
  });
}

/** 00-traceid-spanid-flags to traceid-spanid. */
function idOf(traceresponse: string): string {
  const [, trace = "", span = ""] = traceresponse.split("-");
  return `${trace}-${span}`;
}
