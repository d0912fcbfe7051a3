// Talks to the admin API: JSON and server-sent events, with the bearer token where one is needed.
import { needToken, readToken } from "./state/token.ts";

/** An answer that is not 2xx, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  /** What else the problem says of itself. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.members = members;
  }
}

const JSON_ANSWER = { accept: "application/json" } as const;

/** GET `path` (relative to the page), as the text of its JSON. Throws ApiError; asks for a token on 401. */
export async function getText(path: string, signal: AbortSignal): Promise<string> {
  const response = await send(path, { headers: JSON_ANSWER, signal });
  return response.text();
}

/** The same, read. */
export async function getJson(path: string, signal: AbortSignal): Promise<unknown> {
  return JSON.parse(await getText(path, signal));
}

/** POST `body` as JSON; otherwise as `getJson`. */
export async function postJson(path: string, body: object, signal: AbortSignal): Promise<unknown> {
  const headers = { ...JSON_ANSWER, "content-type": "application/json" };
  const response = await send(path, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    signal,
  });
  return response.json();
}

/** DELETE `path`; otherwise as `getJson`. */
export async function deleteJson(path: string, signal: AbortSignal): Promise<unknown> {
  const response = await send(path, { method: "DELETE", headers: JSON_ANSWER, signal });
  return response.json();
}

/** GET `path` as a file with its headers; otherwise as `getJson`. */
export function getFile(path: string, signal: AbortSignal): Promise<Response> {
  return send(path, { headers: { accept: "*/*" }, signal });
}

export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

export interface EventListener {
  /** The server has begun to answer. */
  readonly onOpen: () => void;
  readonly onEvent: (event: ServerEvent) => void;
}

/** Reads server-sent events until the stream ends or is aborted. Throws ApiError. */
export async function readEvents(
  path: string,
  signal: AbortSignal,
  { onOpen, onEvent }: EventListener,
): Promise<void> {
  // fetch, not EventSource: EventSource cannot send an Authorization header.
  const response = await send(path, { headers: { accept: "text/event-stream" }, signal });
  onOpen();
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split(/\r?\n/);
      onEvent({ type: fieldOf(lines, "event"), data: fieldOf(lines, "data") });
    }
  }
}

function fieldOf(lines: readonly string[], name: string): string {
  const values = lines.filter((line) => line.startsWith(`${name}:`));
  return values.map((line) => line.slice(name.length + 1).trimStart()).join("\n");
}

interface Sent extends RequestInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function send(path: string, sent: Sent): Promise<Response> {
  const token = readToken();
  const known = token === "" ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(path, { ...sent, headers: { ...sent.headers, ...known } });
  } catch (error) {
    if (sent.signal.aborted) throw error;
    throw new ApiError(0, "weir's admin server does not answer.");
  }
  if (response.ok) return response;
  if (response.status === 401) needToken();
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<ApiError> {
  const { status } = response;
  try {
    const problem = (await response.json()) as Record<string, unknown>;
    const words = problem["detail"] ?? problem["title"];
    return new ApiError(status, typeof words === "string" ? words : `HTTP ${status}`, problem);
  } catch {
    return new ApiError(status, `HTTP ${status}`);
  }
}
