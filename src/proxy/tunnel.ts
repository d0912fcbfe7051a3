// An upgraded connection: two sockets joined until one of them ends.
import type { Duplex } from "node:stream";
import type { ResponseHead } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { NO_EDIT } from "./header-edit.ts";
import { replyFields } from "./reply-fields.ts";

interface TunnelParts {
  readonly exchange: Exchange;
  readonly head: ResponseHead;
  readonly upstream: Duplex;
  /** Bytes the upstream sent after its 101. */
  readonly leftover: Buffer;
}

/** Writes the 101 to the client and pipes both ways; `ended` is told once whether both sides closed cleanly. */
export function joinSockets(parts: TunnelParts, ended: (completed: boolean) => void): void {
  const { exchange, head, upstream, leftover } = parts;
  const client = exchange.request.socket;
  exchange.response.detachSocket(client);
  client.setTimeout(0);
  client.write(switchingHead(exchange, head), "latin1");
  if (leftover.length > 0) client.write(leftover);
  const early = exchange.upgrade?.leftover;
  if (early !== undefined && early.length > 0) upstream.write(early);
  countBytes(parts);
  client.pipe(upstream);
  upstream.pipe(client);
  endTogether(client, upstream, ended);
}

function switchingHead(exchange: Exchange, head: ResponseHead): string {
  const protocol = exchange.upgrade?.protocol ?? "";
  const lines = [`HTTP/1.1 101 ${head.reason}`, "Connection: Upgrade", `Upgrade: ${protocol}`];
  const fields = replyFields(head, NO_EDIT, exchange);
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function countBytes({ exchange, upstream, leftover }: TunnelParts): void {
  const { record, request, upgrade } = exchange;
  record.responseBytes += leftover.length;
  record.requestBytes += upgrade?.leftover.length ?? 0;
  request.socket.on("data", (chunk: Buffer) => (record.requestBytes += chunk.length));
  upstream.on("data", (chunk: Buffer) => (record.responseBytes += chunk.length));
}

function endTogether(client: Duplex, upstream: Duplex, ended: (completed: boolean) => void): void {
  let clean = true;
  let open = 2;
  const fail = (): void => {
    clean = false;
    client.destroy();
    upstream.destroy();
  };
  const closed = (other: Duplex) => () => {
    open -= 1;
    if (open === 0) ended(clean);
    else if (!other.writableEnded) other.end();
  };
  client.on("error", fail);
  upstream.on("error", fail);
  client.on("close", closed(upstream));
  upstream.on("close", closed(client));
}
