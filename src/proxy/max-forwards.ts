// Max-Forwards of OPTIONS and TRACE: where it says so, weir is the last to see them (RFC 9110 section 7.6.2).
import { WeirError } from "../core/errors.ts";
import type { Balance } from "./balance.ts";
import type { Exchange } from "./exchange.ts";

const COUNT = /^\d{1,15}$/;
const FIELD = "max-forwards";

/** Hops left for a request; null where its method or its fields set no limit. */
function hopsLeft({ record, headers }: Exchange): number | null {
  if (record.method !== "OPTIONS" && record.method !== "TRACE") return null;
  const count = headers.get(FIELD)?.trim() ?? "";
  return COUNT.test(count) ? Number(count) : null;
}

/** Answers what may go no further; TRACE is not reflected, as it would show what proxies in front added. */
export function answeringLastHop(next: Balance): Balance {
  return (exchange, routed, send) =>
    hopsLeft(exchange) === 0 ? answer(exchange) : next(exchange, routed, send);
}

async function answer(exchange: Exchange): Promise<void> {
  if (exchange.record.method === "TRACE") throw new WeirError("method_not_supported");
  exchange.record.status = 200;
  exchange.record.completed = true;
  exchange.downstream.sendHead(200, "OK", [...exchange.replyHeaders, "Content-Length", "0"]);
  exchange.finish(null, []);
}

/** Counts this hop in a flat list of fields for the upstream. */
export function countHop(exchange: Exchange, fields: string[]): void {
  const left = hopsLeft(exchange);
  if (left === null) return;
  const at = fields.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === FIELD);
  if (at >= 0) fields[at + 1] = String(left - 1);
}
