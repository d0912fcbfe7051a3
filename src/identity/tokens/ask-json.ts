// Asks another server for a small JSON text: bounded in time and size, and redirects are refused.
import { request as secureRequest } from "node:https";
import { request } from "../../core/node-http.ts";

export interface JsonQuestion {
  readonly url: URL;
  /** Sent as a form by POST; without it the question is a GET. */
  readonly form?: string;
  readonly authorization?: string;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 262_144;

/** Resolves to the body of a 200. @throws Error for all else; it says what, and nothing that was sent. */
export function askJson({ url, form, authorization }: JsonQuestion): Promise<string> {
  const send = url.protocol === "https:" ? secureRequest : request;
  const options = {
    method: form === undefined ? "GET" : "POST",
    headers: {
      accept: "application/json",
      "accept-encoding": "identity",
      ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
      ...(authorization !== undefined && { authorization }),
    },
    // A connection of its own: none is kept that would hold up the end of a thread.
    agent: false as const,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    const sent = send(url, options, (response) => {
      if (response.statusCode !== 200) {
        sent.destroy(new Error(`${url.host} answered ${response.statusCode}`));
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) sent.destroy(new Error(`${url.host} answered too much`));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    sent.on("error", (error) => {
      const late = error.name === "AbortError" || error.name === "TimeoutError";
      reject(late ? new Error(`${url.host} did not answer in time`) : error);
    });
    sent.end(form);
  });
}
