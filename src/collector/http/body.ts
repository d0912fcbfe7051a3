// Reads a request's body whole, within its own limit and within one for all that are held at the same time.
import type { IncomingMessage } from "node:http";

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  /** gone: the sender went away. */
  | { readonly ok: false; readonly fault: "too_large" | "throttled" | "gone" };

export interface BodyReader {
  /**
   * Never rejects. What is not taken goes on to be read, and is forgotten: closed under its sender's hands, the
   * connection would bring no answer. What was read counts as held until `release`. */
  readonly read: (request: IncomingMessage) => Promise<Body>;
  readonly release: (body: Body) => void;
}

export interface BodyLimits {
  readonly maxBytes: number;
  readonly heldBytes: number;
}

export function createBodyReader({ maxBytes, heldBytes }: BodyLimits): BodyReader {
  let held = 0;
  const read = (request: IncomingMessage, resolve: (body: Body) => void): void => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isSettled = false;
    const end = (body: Body): void => {
      if (isSettled) return;
      isSettled = true;
      request.off("data", take);
      // What goes on to come is forgotten.
      request.resume();
      if (!body.ok) held -= length;
      resolve(body);
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      held += chunk.length;
      if (length > maxBytes) end({ ok: false, fault: "too_large" });
      else if (held > heldBytes) end({ ok: false, fault: "throttled" });
    };
    request.on("data", take);
    request.once("end", () => end({ ok: true, bytes: Buffer.concat(chunks, length) }));
    // It comes after the end, too.
    request.once("close", () => end({ ok: false, fault: "gone" }));
  };
  return {
    read(request) {
      if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
        return Promise.resolve({ ok: false, fault: "too_large" });
      }
      return new Promise((resolve) => read(request, resolve));
    },
    release(body) {
      if (body.ok) held -= body.bytes.length;
    },
  };
}
