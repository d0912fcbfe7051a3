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
    ...listOf(mappingOf(raw)["syslog"]).flatMap(checkSenders),
    ...findRepeated(listenersOf(raw), "address"),
  ];
}

/** Empty where there is no collector. */
export function collectorListen(raw: unknown): string {
  if (raw === undefined || raw === null) return "";
  return textOf(mappingOf(raw)["listen"]) || DEFAULTS.collector.listen;
}

function checkReach(raw: unknown, keys: number): Finding[] {
  const { client_certificates: clients } = mappingOf(mappingOf(raw)["tls"]);
  if (keys > 0 || clients !== undefined || !isBeyondLoopback(collectorListen(raw))) return [];
  const message =
    "beyond loopback the collector needs a key of its senders; set collector.keys, or collector.tls.client_certificates";
  return [{ path: ["collector", "listen"], message }];
}

/** Syslog knows no keys. */
function checkSenders(raw: unknown, at: number): Finding[] {
  const { listen, senders } = mappingOf(raw);
  if (listOf(senders).length > 0 || !isBeyondLoopback(textOf(listen))) return [];
  const message = "is needed beyond loopback: name the addresses and blocks that may send";
  return [{ path: ["collector", "syslog", at, "senders"], message }];
}

function isBeyondLoopback(listen: string): boolean {
  const address = parseListen(listen);
  return address !== null && address.host !== "localhost" && !isLoopback(address.host);
}

/** UDP's ports and TCP's are apart, and each 0 is another one. */
function listenersOf(raw: unknown): { readonly id: string; readonly path: KeyPath }[] {
  return listOf(mappingOf(raw)["syslog"]).map((each, at) => {
    const { listen, protocol } = mappingOf(each);
    const text = textOf(listen);
    const id = text === "" || text.endsWith(":0") ? "" : `${textOf(protocol) || "udp"} ${text}`;
    return { id, path: ["collector", "syslog", at, "listen"] };
  });
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
