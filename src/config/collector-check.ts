// Checks of the collector section: who may send, when others than this machine can.
import { isLoopback } from "../core/loopback.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Finding, KeyPath } from "./fault.ts";
import { parseListen } from "./fields.ts";
import { listOf, mappingOf, type RawMapping, textOf } from "./raw.ts";
import { findRepeated } from "./repeated.ts";

export function checkCollector(raw: unknown): Finding[] {
  const keys = listOf(mappingOf(raw)["keys"]).map((key, at) => ({
    id: textOf(key),
    path: ["collector", "keys", at],
  }));
  return [
    ...findRepeated(keys, "secret"),
    ...checkReach(raw, keys.length),
    ...checkSampling(mappingOf(raw)["sampling"]),
  ];
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

function checkSampling(raw: unknown): Finding[] {
  const rules = listOf(mappingOf(raw)["rules"]).map(mappingOf);
  const names = rules.map(({ name }, at) => ({ id: textOf(name), path: [...pathOf(at), "name"] }));
  return [
    ...findRepeated(names, "name"),
    ...rules.flatMap((rule, at) => checkRule(rule, pathOf(at))),
  ];
}

function pathOf(rule: number): KeyPath {
  return ["collector", "sampling", "rules", rule];
}

const CONDITIONS = ["service", "span", "error", "min_ms", "attribute"];

function checkRule(rule: RawMapping, path: KeyPath): Finding[] {
  if (rule["values"] !== undefined && rule["attribute"] === undefined) {
    return [{ path: [...path, "values"], message: "are of no attribute; name it by attribute" }];
  }
  if (CONDITIONS.some((key) => Boolean(rule[key]))) return [];
  const message = `is for every trace; give it one of ${CONDITIONS.join(", ")}, or set collector.sampling.share`;
  return [{ path, message }];
}
