// Asks another server for a small JSON text: bounded in time and size, and redirects are refused.
import type { IncomingMessage } from "node:http";
import { request as secureRequest } from "node:https";
import { request } from "../../core/node-http.ts";

export interface JsonQuestion {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Sent by POST, and answered as application/json; without it the question is a GET, answered as anything. */
  readonly form?: string;
  readonly authorization?: string;
}

const JSON_TYPE = /^application\/json *(?:;|$)/i;

/** Resolves to the body of a 200. @throws Error for all else; it says what, and nothing that was sent. */
export function askJson(question: JsonQuestion): Promise<string> {
  const { url, form } = question;
  const send = url.protocol === "https:" ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const sent = send(url, optionsOf(question), (response) => {
      const fault = headFault(response, question);
      if (fault !== "") {
        sent.destroy(new Error(`${url.host} ${fault}`));
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > question.maxBytes) sent.destroy(new Error(`${url.host} answered too much`));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    sent.on("error", (error) => {
      const late = error.name === "AbortError" || error.name === "TimeoutError";
      reject(late ? new Error(`${url.host} did not answer in time`) : error);
    });
    // It holds up the end of nothing.
    sent.on("socket", (socket) => socket.unref());
    sent.end(form);
  });
}

function optionsOf({ form, authorization, timeoutMs }: JsonQuestion) {
  return {
    method: form === undefined ? "GET" : "POST",
    headers: {
      accept: "application/json",
      "accept-encoding": "identity",
      ...(form !== undefined && {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(Buffer.byteLength(form)),
      }),
      ...(authorization !== undefined && { authorization }),
    },
    // A connection of its own: none is kept that would hold up the end of a thread.
    agent: false as const,
    signal: AbortSignal.timeout(timeoutMs),
  };
}

/** "" where the body may be read. */
function headFault({ statusCode, headers }: IncomingMessage, { form }: JsonQuestion): string {
  if (statusCode !== 200) return `answered ${statusCode}`;
  const isJson = JSON_TYPE.test(headers["content-type"] ?? "");
  return form === undefined || isJson ? "" : "answered what is not application/json";
}
