// One request over TLS in the shape of fetch, which takes neither a client certificate nor an authority.
import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { PeerCertificate } from "node:tls";

export interface SecureOptions {
  /** Authorities in PEM; empty: the world's. */
  readonly ca: string;
  /** Of the client, in PEM; both empty: none. */
  readonly cert: string;
  readonly key: string;
  /** The server's own certificate in PEM, under whatever name it is asked; empty: its authority vouches for it. */
  readonly pinned: string;
}

const NO_OPTIONS: SecureOptions = { ca: "", cert: "", key: "", pinned: "" };

/** Rejects with the connection's own error, which tells by its code. */
export function secureFetch(
  url: URL,
  init: RequestInit,
  tls: SecureOptions = NO_OPTIONS,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { method = "GET", signal = null, body } = init;
  const asked = request(
    url,
    {
      method,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(signal === null ? {} : { signal }),
      ...trustOf(tls),
      ...(tls.cert === "" ? {} : { cert: tls.cert, key: tls.key }),
    },
    (answer) => resolve(responseOf(answer)),
  );
  asked.on("error", reject);
  asked.end(typeof body === "string" ? body : undefined);
  return promise;
}

function trustOf({ ca, pinned }: SecureOptions) {
  if (ca !== "") return { ca };
  if (pinned === "") return {};
  const { fingerprint256 } = new X509Certificate(pinned);
  const checkServerIdentity = (_: string, shown: PeerCertificate): Error | undefined => {
    if (shown.fingerprint256 === fingerprint256) return undefined;
    return new Error("it is not the one of admin.tls.cert, which is pinned");
  };
  return { ca: pinned, allowPartialTrustChain: true, checkServerIdentity };
}

/** A redirect is an answer like any other: weir gives none. */
function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 500, rawHeaders } = answer;
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  }
  const isEmpty = status === 204 || status === 304;
  const body = isEmpty ? null : (Readable.toWeb(answer) as NodeStream<Uint8Array>);
  return new Response(body, { status, headers });
}
