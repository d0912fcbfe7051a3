// Checks of the collector section: who may send, when others than this machine can.
import { isLoopback } from "../core/loopback.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Finding } from "./fault.ts";
import { parseListen } from "./fields.ts";
import { listOf, mappingOf, textOf } from "./raw.ts";
import { findRepeated } from "./repeated.ts";

export function checkCollector(raw: unknown): Finding[] {
  const keys = listOf(mappingOf(raw)["keys"]).map((key, at) => ({
    id: textOf(key),
    path: ["collector", "keys", at],
  }));
  return [...findRepeated(keys, "secret"), ...checkReach(raw, keys.length)];
}

/** Empty where there is no collector. */
export function collectorListen(raw: unknown): string {
  if (raw === undefined || raw === null) return "";
  return textOf(mappingOf(raw)["listen"]) || DEFAULTS.collector.listen;
}

function checkReach(raw: unknown, keys: number): Finding[] {
  const address = parseListen(collectorListen(raw));
  if (address === null || keys > 0) return [];
  if (address.host === "localhost" || isLoopback(address.host)) return [];
  const message = "beyond loopback the collector needs a key of its senders; set collector.keys";
  return [{ path: ["collector", "listen"], message }];
}
