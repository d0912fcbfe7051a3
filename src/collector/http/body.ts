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
  return {
    read: (request) =>
      new Promise((resolve) => {
        if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
          resolve({ ok: false, fault: "too_large" });
          return;
        }
        const chunks: Buffer[] = [];
        let length = 0;
        const end = (body: Body): void => {
          request.off("data", take);
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
        request.once("close", () => end({ ok: false, fault: "gone" }));
      }),
    release(body) {
      if (body.ok) held -= body.bytes.length;
    },
  };
}
