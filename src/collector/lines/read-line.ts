// A line of a log as a record: JSON by the names that loggers use, anything else as its text.
import { parseBoundedJson } from "../otlp/bounded-json.ts";
import { COUNTS } from "../rows/limits.ts";
import { Undecodable } from "../otlp/undecodable.ts";
import { instantOf } from "./instant-text.ts";
import type { LogRecord, Texts } from "./log-record.ts";
import { severityOf, UNKNOWN } from "./severity.ts";

/** By which a member is known, the first that is there; what is known by none is an attribute. */
const NAMES = {
  time: ["time", "timestamp", "@timestamp", "ts"],
  level: ["level", "severity", "log.level", "lvl"],
  message: ["message", "msg", "body"],
  trace: ["trace_id", "traceId", "trace.id", "traceid"],
  span: ["span_id", "spanId", "span.id", "spanid"],
} as const;

type Known = keyof typeof NAMES;
type JsonObject = Readonly<Record<string, unknown>>;

/** More attributes than a row takes, so that it is counted that some were left out, whichever are known. */
const MOST_MEMBERS = COUNTS.attributes + Object.keys(NAMES).length + 1;

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;

export function readLine(line: string): LogRecord {
  const object = line.startsWith("{") ? objectIn(line) : null;
  return object === null ? plainRecord(line) : recordOf(object, line);
}

/** Of a line that says nothing but itself. */
export function plainRecord(body: string): LogRecord {
  return { at: null, ...UNKNOWN, traceId: "", spanId: "", body, attributes: {} };
}

/** `whole`: what stands for it where it has no message; JSON of what is read of it, unless it is given. */
export function recordOf(object: JsonObject, whole?: string): LogRecord {
  const members = membersOf(object);
  const texts = members.map(([name, value]) => [name, textOf(value)]);
  const attributes = Object.fromEntries(texts) as Record<string, string>;
  const taken = (known: Known, isSound: (text: string) => boolean = () => true): string =>
    take(attributes, NAMES[known], isSound);
  const at = instantOf(taken("time", (text) => instantOf(text) !== null));
  const level = severityOf(taken("level"));
  const traceId = taken("trace", isTraceId).toLowerCase();
  const spanId = taken("span", isSpanId).toLowerCase();
  return {
    at,
    ...level,
    traceId,
    spanId,
    body: taken("message") || (whole ?? JSON.stringify(Object.fromEntries(members))),
    attributes,
  };
}

/** Not by Object.entries: of an object with a million members it makes a million pairs. */
function membersOf(object: JsonObject): readonly (readonly [string, unknown])[] {
  const members: (readonly [string, unknown])[] = [];
  for (const name in object) {
    if (members.length === MOST_MEMBERS) break;
    members.push([name, object[name]]);
  }
  return members;
}

function isTraceId(text: string): boolean {
  return TRACE_ID.test(text.toLowerCase());
}

function isSpanId(text: string): boolean {
  return SPAN_ID.test(text.toLowerCase());
}

/** The value by the first of these names that is sound, which is then no attribute any more. */
function take(
  attributes: Record<string, string>,
  names: readonly string[],
  isSound: (text: string) => boolean,
): string {
  const name = names.find((each) => Object.hasOwn(attributes, each));
  const value = name === undefined ? "" : (attributes[name] ?? "");
  if (name === undefined || value === "" || !isSound(value)) return "";
  delete attributes[name];
  return value;
}

function objectIn(line: string): JsonObject | null {
  try {
    const value = parseBoundedJson(Buffer.from(line));
    return isObject(value) ? value : null;
  } catch (thrown) {
    if (thrown instanceof Undecodable) return null;
    throw thrown;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function sortedNames(texts: Texts): readonly string[] {
  return Object.keys(texts).sort((one, other) => (one < other ? -1 : 1));
}
