// Messages of RFC 5424 (its own examples), of RFC 3164, and of what sends something like it.
import { expect, test } from "vitest";
import { createZoneClock, isTimeZone, UTC } from "../../../src/core/time-zone.ts";
import { parseSyslog } from "../../../src/collector/syslog/parse-syslog.ts";

/** 2023-11-14T22:13:20Z */
const NOW_MS = 1_700_000_000_000;
const AT = { seconds: 1_700_000_000, nanos: 0 };

test.each<[string, string, object]>([
  [
    "RFC 5424, example 1",
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \uFEFF'su root' failed for lonvick on /dev/pts/8",
    {
      host: "mymachine.example.com",
      app: "su",
      isMalformed: false,
      record: {
        at: { seconds: 1_065_910_455, nanos: 3_000_000 },
        severityText: "crit",
        severityNumber: 18,
        body: "'su root' failed for lonvick on /dev/pts/8",
        attributes: { "syslog.facility": "auth", "syslog.msg_id": "ID47" },
      },
    },
  ],
  [
    "example 2, with a zone and a process",
    "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time",
    {
      host: "192.0.2.1",
      record: {
        at: { seconds: 1_061_727_255, nanos: 3_000 },
        severityNumber: 10,
        body: "%% It's time",
        attributes: { "syslog.proc_id": "8710", "syslog.facility": "local4" },
      },
    },
  ],
  [
    "example 3, with structured data",
    '<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="App\\"l\\]\\\\ \\x"][b@1 c="d"] An entry',
    {
      record: {
        body: "An entry",
        attributes: {
          "exampleSDID@32473.iut": "3",
          "exampleSDID@32473.eventSource": 'App"l]\\ \\x',
          "b@1.c": "d",
        },
      },
    },
  ],
  [
    "example 4, without a message",
    '<165>1 - - - - - [a@1 b="c"]',
    { record: { at: null, body: "" } },
  ],
  [
    "structured data that is none",
    '<13>1 - h a - - [id x="y" z] m',
    { record: { body: '[id x="y" z] m' } },
  ],
  [
    "RFC 3164",
    "<34>Nov 14 22:13:20 mymachine su[17]: 'su root' failed",
    {
      host: "mymachine",
      app: "su",
      record: { at: AT, body: "'su root' failed", attributes: { "syslog.proc_id": "17" } },
    },
  ],
  [
    "a day of one digit",
    "<13>Nov  4 22:13:20 h t: m",
    { record: { at: { seconds: 1_699_136_000 } } },
  ],
  [
    "of the year before",
    "<13>Dec 31 00:00:00 h t: m",
    { record: { at: { seconds: 1_703_980_800 } } },
  ],
  [
    "without a host",
    "<13>Nov 14 22:13:20 cron: m",
    { host: "", app: "cron", record: { at: AT, body: "m" } },
  ],
  [
    "with an ISO time",
    "<13>2023-11-14T22:13:20+00:00 h app: m",
    { host: "h", app: "app", record: { at: AT, body: "m" } },
  ],
  ["no time", "<13>app[1]: m", { host: "", app: "app", record: { at: null, body: "m" } }],
  [
    "no such month",
    "<13>Foo 14 22:13:20 h t: m",
    { record: { at: null, body: "Foo 14 22:13:20 h t: m" } },
  ],
  [
    "JSON within",
    '<14>Nov 14 22:13:20 h app: {"level":"error","msg":"m","trace_id":"5b8efff798038103d269b633813fc60c"}',
    {
      record: {
        at: AT,
        severityText: "error",
        severityNumber: 17,
        body: "m",
        traceId: "5b8efff798038103d269b633813fc60c",
      },
    },
  ],
  [
    "no priority",
    "just text",
    { isMalformed: true, record: { body: "just text", severityNumber: 10 } },
  ],
  ["a priority too high", "<192>m", { isMalformed: true, record: { body: "<192>m" } }],
  [
    "nothing but a priority",
    "<0>",
    { isMalformed: false, record: { body: "", severityNumber: 21 } },
  ],
])("%s", (_, text, wanted) => {
  expect(parseSyslog(text, { nowMs: NOW_MS, zone: UTC })).toMatchObject(wanted);
});

test.each([
  ["Europe/Berlin", "Nov 14 23:13:20", "2023-11-14T22:13:20Z"],
  ["Asia/Kathmandu", "Nov 15 03:58:20", "2023-11-14T22:13:20Z"],
  ["America/New_York", "Nov 14 17:13:20", "2023-11-14T22:13:20Z"],
  // Of another year, where it is nearer.
  ["Europe/Berlin", "Jan  1 00:30:00", "2023-12-31T23:30:00Z"],
  // In summer; shown twice: the first; left out: as if not yet put forward.
  ["Europe/Berlin", "Jul  1 12:00:00", "2023-07-01T10:00:00Z"],
  ["Europe/Berlin", "Oct 29 02:30:00", "2023-10-29T00:30:00Z"],
  ["Europe/Berlin", "Oct 29 03:00:00", "2023-10-29T02:00:00Z"],
  ["America/New_York", "Nov  5 01:30:00", "2023-11-05T05:30:00Z"],
])("a time of %s: %s", (name, time, expected) => {
  const { record } = parseSyslog(`<13>${time} h app: m`, {
    nowMs: NOW_MS,
    zone: createZoneClock(name),
  });
  expect(record.at).toEqual({ seconds: Date.parse(expected) / 1000, nanos: 0 });
});

test("an hour that clocks leave out is as if they had not yet been put forward", () => {
  const zone = createZoneClock("Europe/Berlin");
  const wallMs = Date.parse("2024-03-31T02:30:00Z");
  expect(new Date(zone(wallMs)).toISOString()).toBe("2024-03-31T01:30:00.000Z");
});

test.each([
  ["Europe/Berlin", true],
  ["UTC", true],
  ["+02:00", false],
  ["Mars/Olympus", false],
  ["", false],
])("%s is a zone: %s", (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
