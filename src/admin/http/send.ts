// Writes answers: big ones in pieces, so that neither the loop nor memory is held up by one.
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Reply } from "./endpoint.ts";
import type { Problem } from "./problem.ts";

/** Elements written in one turn of the event loop: some milliseconds of the widest rows. */
const ELEMENTS_A_TURN = 500;

/** For a client to take a whole answer, which holds memory and one of few connections meanwhile. */
const SEND_MS = 60_000;

/** Streams see to slow readers by themselves. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  limitMs = SEND_MS,
): Promise<void> {
  if (reply.kind === "stream") return reply.open(response);
  const late = setTimeout(() => response.destroy(), limitMs);
  response.once("close", () => clearTimeout(late));
  response.setHeader("cache-control", "no-store");
  if (reply.kind === "text") {
    response.setHeader("content-type", reply.type);
    response.end(reply.text);
    return;
  }
  response.statusCode = reply.status ?? 200;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  response.setHeader("content-type", "application/json; charset=utf-8");
  for (const text of pieces(reply.body)) {
    const hasRoom = response.write(text);
    await (hasRoom ? nextTurn() : roomOrEnd(response));
    if (response.destroyed) return;
  }
  response.end("\n");
}

/** Once the client has read what was written, or is gone. */
export async function roomOrEnd(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const done = new AbortController();
  const { signal } = done;
  await Promise.race([
    once(response, "drain", { signal }),
    once(response, "close", { signal }),
  ]).finally(() => done.abort());
}

/** An object's JSON, cut between the elements of its long arrays. */
export function* pieces(body: Readonly<Record<string, unknown>>): Generator<string> {
  let start = "{";
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue;
    start += `${JSON.stringify(name)}:`;
    if (Array.isArray(value) && value.length > ELEMENTS_A_TURN) {
      yield* arrayPieces(start, value);
      start = ",";
    } else start += `${JSON.stringify(value)},`;
  }
  yield `${start.replace(/,$/, "")}}`;
}

function* arrayPieces(start: string, values: readonly unknown[]): Generator<string> {
  for (let at = 0; at < values.length; at += ELEMENTS_A_TURN) {
    const part = JSON.stringify(values.slice(at, at + ELEMENTS_A_TURN)).slice(1, -1);
    yield `${at === 0 ? `${start}[` : ","}${part}`;
  }
  yield "]";
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.statusCode = problem.status;
  response.setHeader("content-type", "application/problem+json");
  response.setHeader("cache-control", "no-store");
  response.end(`${JSON.stringify(problem.body())}\n`);
}
