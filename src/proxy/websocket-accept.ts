// Whether a 101 is the answer to a WebSocket's opening handshake, proved by its key (RFC 6455 section 4.1).
import { hash } from "node:crypto";
import { HeaderList } from "../core/header-list.ts";
import type { ResponseHead } from "../upstream/upstream.ts";

/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * A 101 that something else made, such as a page that answers with the status it is asked for, joins no
 * sockets: behind it the upstream would read further requests that nobody decided on.
 */
export function acceptsWebSocket(request: HeaderList, { headers }: ResponseHead): boolean {
  const reply = new HeaderList(headers);
  const options = reply.joined("connection")?.toLowerCase().split(",") ?? [];
  return (
    reply.joined("upgrade")?.toLowerCase() === "websocket" &&
    options.some((option) => option.trim() === "upgrade") &&
    reply.joined("sec-websocket-accept") === acceptOf(request.joined("sec-websocket-key") ?? "")
  );
}

function acceptOf(key: string): string {
  return hash("sha1", key + GUID, "base64");
}
