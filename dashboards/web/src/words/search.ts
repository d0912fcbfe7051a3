// Reads what somebody typed into the search box as filters of the request list.
import { FILTERS, type FilterName, type FilterValues } from "../state/filters.ts";

export interface Known {
  readonly routes: readonly string[];
  readonly services: readonly string[];
}

const ALIASES: Readonly<Record<string, FilterName>> = {
  caller: "principal",
  who: "principal",
  trace: "trace_id",
};

/** "orders 5xx >200ms caller:bob" -> filters; words that fit nothing are callers. */
export function readSearch(text: string, known: Known): FilterValues {
  const out: Partial<Record<FilterName, string>> = {};
  for (const word of text.trim().split(/\s+/)) {
    if (word !== "") Object.assign(out, readWord(word, known));
  }
  return out;
}

/** 32 hex digits are a trace id (W3C Trace Context). */
export function isTraceId(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text.trim());
}

function readWord(word: string, known: Known): FilterValues {
  const [, key = "", value = ""] = /^([a-z_]+):(.+)$/.exec(word) ?? [];
  const name = FILTERS.find((filter) => filter === key) ?? ALIASES[key];
  if (name !== undefined) return name === "status" ? readStatus(value) : { [name]: value };
  return readShape(word) ?? readName(word, known);
}

function readShape(word: string): FilterValues | null {
  const slower = /^>(\d+(?:\.\d+)?)(ms|s)?$/.exec(word);
  if (slower !== null) {
    return { min_duration_ms: String(Number(slower[1]) * (slower[2] === "s" ? 1000 : 1)) };
  }
  if (/^[1-5](\d\d|xx)$/.test(word)) return readStatus(word);
  if (isTraceId(word)) return { trace_id: word.toLowerCase() };
  if (word.startsWith("/")) return { path: word };
  if (/^https?:\/\//.test(word)) return { upstream: word };
  if (/^[\w.-]+:\d+$/.test(word)) return { upstream: `http://${word}` };
  if (word === "denied" || word === "deny") return { decision: "deny" };
  return null;
}

function readStatus(value: string): FilterValues {
  return /^[1-5]xx$/.test(value) ? { status_class: value } : { status: value };
}

function readName(word: string, known: Known): FilterValues {
  if (known.routes.includes(word)) return { route: word };
  if (known.services.includes(word)) return { service: word };
  return { principal: word };
}
