// A syslog message as a record: RFC 5424, RFC 3164 as it is found in the wild, and whatever else comes, as text.
import { instantOf } from "../lines/instant-text.ts";
import type { InstantOf, LogRecord } from "../lines/log-record.ts";
import { readLine } from "../lines/read-line.ts";
import { syslogSeverity } from "../lines/severity.ts";
import type { ZoneClock } from "../../core/time-zone.ts";
import { structuredData } from "./structured-data.ts";

export interface SyslogMessage {
  readonly record: LogRecord;
  /** Empty: it does not say. */
  readonly host: string;
  readonly app: string;
  /** Nothing in front by which it would be syslog. */
  readonly isMalformed: boolean;
}

/** RFC 5424 section 6.2.1 */
const FACILITIES =
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7".split(
    " ",
  );
const PRIORITY = /^<(\d{1,3})>/;
const MOST_PRIORITY = 191;
/** user.notice (RFC 3164 section 4.3.3) */
const DEFAULT_PRIORITY = 13;
/** Version, time, host, app, process and message ID; "-" is none (RFC 5424 section 6.2). */
const HEADER = /^1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32})(?: |$)/;
/** "Oct 11 22:14:15", or the ISO time that many send instead; then perhaps a host. */
const OLD_HEADER = /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\S{6,40}) (?:(\S{0,254}[^\s:]) )?/;
const TAG = /^([\w./-]{1,48})(?:\[([^\]\s]{1,128})\])?:(?: |$)/;
const OLD_TIME = /^(\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d)$/;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const HALF_YEAR_MS = 183 * 86_400_000;

interface Head {
  readonly at: InstantOf | null;
  readonly host: string;
  readonly app: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly message: string;
}

interface Clocks {
  readonly nowMs: number;
  /** Of times that name no zone. */
  readonly zone: ZoneClock;
}

/** Never throws. */
export function parseSyslog(text: string, clocks: Clocks): SyslogMessage {
  const { priority, length } = priorityOf(text);
  const rest = text.slice(length);
  const { at, host, app, attributes, message } = newHead(rest) ?? oldHead(rest, clocks);
  const inner = readLine(message);
  const severity = inner.severityNumber > 0 ? inner : syslogSeverity(priority & 7);
  const { severityText, severityNumber } = severity;
  const own = { ...attributes, "syslog.facility": FACILITIES[priority >> 3] ?? "" };
  const record = {
    ...inner,
    at: inner.at ?? at,
    severityText,
    severityNumber,
    attributes: { ...inner.attributes, ...own },
  };
  return { record, host, app, isMalformed: length === 0 };
}

function priorityOf(text: string): { readonly priority: number; readonly length: number } {
  const found = PRIORITY.exec(text);
  const priority = Number(group(found, 1));
  if (found === null || priority > MOST_PRIORITY) return { priority: DEFAULT_PRIORITY, length: 0 };
  return { priority, length: found[0].length };
}

function newHead(text: string): Head | null {
  const found = HEADER.exec(text);
  if (found === null) return null;
  const [time, host, app, process, id] = [1, 2, 3, 4, 5].map((nth) => given(group(found, nth)));
  const data = structuredData(text, found[0].length);
  const message = text.slice(data.end).replace(/^ ?\uFEFF?/, "");
  const known = { "syslog.proc_id": process ?? "", "syslog.msg_id": id ?? "" };
  const attributes = { ...data.values, ...withoutEmpty(known) };
  return { at: instantOf(time ?? ""), host: host ?? "", app: app ?? "", attributes, message };
}

function oldHead(text: string, clocks: Clocks): Head {
  const found = OLD_HEADER.exec(text);
  const at = found && oldTime(group(found, 1), clocks);
  const isDated = found !== null && at !== null;
  const body = isDated ? text.slice(found[0].length) : text;
  const tag = TAG.exec(body);
  return {
    at,
    host: isDated ? group(found, 2) : "",
    app: group(tag, 1),
    attributes: withoutEmpty({ "syslog.proc_id": group(tag, 2) }),
    message: body.slice(tag?.[0].length ?? 0),
  };
}

function group(found: RegExpExecArray | null, nth: number): string {
  return found?.[nth] ?? "";
}

/** It says neither year nor zone: the year in which it is nearest to now. */
function oldTime(text: string, { nowMs, zone }: Clocks): InstantOf | null {
  const [, name = "", ...numbers] = OLD_TIME.exec(text) ?? [];
  if (name === "") return instantOf(text);
  const month = MONTHS.indexOf(name);
  const [day = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  if (month < 0) return null;
  const year = new Date(nowMs).getUTCFullYear();
  const times = [year - 1, year, year + 1].map((each) =>
    zone(Date.UTC(each, month, day, hour, minute, second)),
  );
  const ms = times.find((each) => Math.abs(each - nowMs) <= HALF_YEAR_MS);
  return ms === undefined ? null : { seconds: ms / 1000, nanos: 0 };
}

function given(field: string): string {
  return field === "-" ? "" : field;
}

function withoutEmpty(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ""));
}
