// Asks a running weir through its admin API, and says what to do where it can't be asked.
import { messageOf } from "../core/errors.ts";
import { CommandError } from "./command-error.ts";
import type { SecureOptions } from "./secure-fetch.ts";
import { age } from "./format.ts";

export interface AdminAddress {
  /** http(s)://HOST:PORT */
  readonly url: string;
  /** Bearer token; empty: none. */
  readonly token: string;
  /** Missing: the world's authorities, no client certificate. */
  readonly tls?: SecureOptions;
}

export type AdminParams = Readonly<Record<string, string>>;

export interface AdminClient {
  readonly url: string;
  /** JSON of GET `path`. Rejects with CommandError. */
  readonly get: (path: string, params?: AdminParams) => Promise<unknown>;
  /** JSON of POST `path` with a JSON body. Rejects with CommandError. */
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  /** A stream of server-sent events, open. Rejects with CommandError. */
  readonly stream: (path: string, params: AdminParams, signal: AbortSignal) => Promise<EventBytes>;
  /** JSON lines of any length, open; to cancel it ends the question. Rejects with CommandError. */
  readonly lines: (path: string, params: AdminParams) => Promise<EventBytes>;
  /** A file, open, with its headers. Rejects with CommandError. */
  readonly download: (path: string, params: AdminParams) => Promise<Download>;
}

interface Download {
  readonly body: EventBytes;
  readonly headers: Headers;
}

export type EventBytes = ReadableStream<Uint8Array>;

/** Why there is no answer; the words say what to do. Other codes are the admin API's. */
export const UNREACHABLE = "unreachable";
const NOT_WEIR = "not_weir";

/** Above the store's own limit for a question, so that its words arrive. */
const TIMEOUT_MS = 40_000;

interface Call {
  readonly path: string;
  readonly params?: AdminParams;
  readonly init: RequestInit;
}

export function createAdminClient(address: AdminAddress): AdminClient {
  const limit = (): AbortSignal => AbortSignal.timeout(TIMEOUT_MS);
  return {
    url: address.url,
    get: async (path, params = {}) =>
      jsonOf(await send(address, { path, params, init: { signal: limit() } }), address),
    post: async (path, body) => {
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body), signal: limit() };
      return jsonOf(await send(address, { path, init }), address);
    },
    stream: (path, params, signal) =>
      bodyOf(address, { path, params, init: { headers: { accept: EVENTS }, signal } }),
    download: async (path, params) => {
      const { body, headers } = await send(address, { path, params, init: {} });
      if (body === null || !headers.has("content-disposition")) throw notWeir(address);
      return { body, headers };
    },
    lines: (path, params) =>
      bodyOf(address, { path, params, init: { headers: { accept: LINES } } }),
  };
}

const EVENTS = "text/event-stream";
const LINES = "application/x-ndjson";

async function bodyOf(address: AdminAddress, call: Call): Promise<EventBytes> {
  const response = await send(address, call);
  const type = response.headers.get("content-type") ?? "";
  const wanted = new Headers(call.init.headers).get("accept") ?? "";
  if (response.body !== null && type.startsWith(wanted)) return response.body;
  throw notWeir(address);
}

async function send(address: AdminAddress, { path, params, init }: Call): Promise<Response> {
  const url = new URL(path, address.url);
  for (const [name, value] of Object.entries(params ?? {})) url.searchParams.set(name, value);
  const headers = new Headers(init.headers);
  if (address.token !== "") headers.set("authorization", `Bearer ${address.token}`);
  let response: Response;
  try {
    response = await ask(url, { ...init, headers, redirect: "error" }, address.tls);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "AbortError") throw thrown;
    throw unreachable(address, thrown);
  }
  if (response.ok) return response;
  throw refusal(address, response.status, await problemOf(response));
}

/** The built-in client can't show a certificate, nor trust another authority than the world's. */
async function ask(url: URL, init: RequestInit, tls?: SecureOptions): Promise<Response> {
  if (url.protocol === "http:") return fetch(url, init);
  const { secureFetch } = await import("./secure-fetch.ts");
  return secureFetch(url, init, tls);
}

async function jsonOf(response: Response, address: AdminAddress): Promise<unknown> {
  try {
    return await response.json();
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw notWeir(address);
    throw unreachable(address, thrown);
  }
}

/** The members of a problem (RFC 9457) that weir's admin API sends. */
interface AdminProblem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly store?: { readonly state: string; readonly since: string };
}

async function problemOf(response: Response): Promise<AdminProblem | null> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

function refusal(
  address: AdminAddress,
  status: number,
  problem: AdminProblem | null,
): CommandError {
  if (status === 401) return unauthenticated(address);
  if (problem?.code === undefined) return notWeir(address);
  const { code, title = "", detail = "", store } = problem;
  if (code !== "store_unavailable" || store === undefined) {
    return new CommandError(code, detail === "" ? title : `${title.replace(/\.$/, "")}: ${detail}`);
  }
  return new CommandError(code, storeWords(store, detail));
}

function storeWords({ state, since }: { state: string; since: string }, detail: string): string {
  const ago = age(Date.now() - Date.parse(since));
  const what = state === "starting" ? "is starting" : "does not answer";
  return `the store ${what}, for ${ago} now (since ${since}): ${detail}. Requests are served and recorded meanwhile; ask again later`;
}

function unauthenticated({ url, token }: AdminAddress): CommandError {
  const what = token === "" ? "wants a token" : "does not accept this token";
  return new CommandError(
    "unauthenticated",
    `${url} ${what}: give it with --token or WEIR_ADMIN_TOKEN, or name the config that holds admin.token with -c FILE; over TLS a client certificate does as well, with --cert and --key`,
  );
}

function unreachable({ url }: AdminAddress, thrown: unknown): CommandError {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : messageOf(cause);
  if (UNTRUSTED.test(code)) return untrusted(url, code, thrown);
  return new CommandError(
    UNREACHABLE,
    `no weir answers at ${url} (${code}): start one with "weir run" or "weir demo", or name another's config with -c FILE or its admin address with --admin URL`,
    { cause: thrown },
  );
}

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|pinned/;

function untrusted(url: string, code: string, cause: unknown): CommandError {
  return new CommandError(
    UNREACHABLE,
    `the certificate of ${url} is not to be trusted (${code}): name its authority with --ca FILE, and ask by a name that it holds`,
    { cause },
  );
}

function notWeir({ url }: AdminAddress): CommandError {
  return new CommandError(
    NOT_WEIR,
    `${url} is not the admin side of a weir: it answers something else`,
  );
}
