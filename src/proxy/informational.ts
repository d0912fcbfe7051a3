// Passes interim responses (1xx) but 100 on to the client (RFC 9110 section 15.2).
import type { ResponseHead } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { NO_EDIT } from "./header-edit.ts";
import { replyFields } from "./reply-fields.ts";

export function passInformational(exchange: Exchange, head: ResponseHead): void {
  const fields = replyFields(head, NO_EDIT, exchange);
  exchange.downstream.sendInterim(head.status, head.reason, fields);
}
