// Passes interim responses (1xx) on to the client (RFC 9110 section 15.2).
import type { ResponseHead } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { NO_EDIT } from "./header-edit.ts";
import { replyFields } from "./reply-fields.ts";

/** All but 100. A client of HTTP/1.0 knows no interim responses; a queued reply has no socket yet. */
export function passInformational(exchange: Exchange, head: ResponseHead): void {
  const { response, request } = exchange;
  if (request.httpVersion === "1.0") return;
  if (response.socket === null || response.headersSent) return;
  const lines = [`HTTP/1.1 ${head.status} ${head.reason}`];
  const fields = replyFields(head, NO_EDIT, exchange);
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`);
  response.socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}
