// Syslog over real sockets: rows in the spool, senders that wait or are counted where there is no room, and who may not send.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  countingInputs,
  createInputCells,
  type InputCounts,
  readInputCounts,
} from "../../../src/collector/input-counts.ts";
import type { SyslogOptions } from "../../../src/collector/options.ts";
import { openSyslog, type SyslogListener } from "../../../src/collector/syslog/listener.ts";
import { type Row, rowsOf } from "../support/rows.ts";

const NOW_MS = 1_700_000_000_000;

interface Rig {
  readonly listener: SyslogListener;
  readonly rows: () => readonly Row[];
  readonly counts: () => InputCounts["syslog"];
  isFull: boolean;
}

const opened: SyslogListener[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

async function rigOf(given: Partial<SyslogOptions>): Promise<Rig> {
  const cells = createInputCells();
  const kept: Buffer[] = [];
  const state = { isFull: false };
  const listener = await openSyslog({
    options: {
      listen: { host: "127.0.0.1", port: 0 },
      protocol: "tcp",
      zone: "UTC",
      service: "",
      attributes: { env: "test" },
      senders: [],
      ...given,
    },
    keep: (lines) => {
      if (!state.isFull) kept.push(Buffer.from(lines));
      return !state.isFull;
    },
    count: countingInputs(cells),
    nowMs: () => NOW_MS,
  });
  opened.push(listener);
  return Object.assign(state, {
    listener,
    rows: () => rowsOf("logs", Buffer.concat(kept)),
    counts: () => readInputCounts(cells).syslog,
  });
}

async function sendUdp(port: number, ...messages: readonly string[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const message of messages) {
    await new Promise((resolve) => socket.send(message, port, "127.0.0.1", resolve));
  }
  socket.close();
}

const soon = { interval: 5 } as const;

test("UDP: a datagram is a record, whatever is in it", async () => {
  const rig = await rigOf({ protocol: "udp" });
  const messages = ["<11>Nov 14 22:13:20 h1 app: it failed\n\0", "rubbish \xff", "", "<14>m"];
  await sendUdp(rig.listener.port, ...messages);
  await expect.poll(rig.counts, soon).toMatchObject({ accepted: 3, malformed: 1 });
  const [first] = rig.rows();
  expect(first).toMatchObject({
    Timestamp: "1700000000.000000000",
    ServiceName: "app",
    SeverityNumber: 17,
    Body: "it failed",
    ResourceAttributes: { env: "test", "host.name": "h1", "service.name": "app" },
    LogAttributes: { "syslog.facility": "user" },
  });
});

test("UDP: what finds no room is counted, what was taken before is kept", async () => {
  const rig = await rigOf({ protocol: "udp", service: "named" });
  rig.isFull = true;
  await sendUdp(rig.listener.port, "<14>held");
  // One message of a turn of its own: by the next one it is known that there is no room.
  await expect
    .poll(async () => {
      await sendUdp(rig.listener.port, "<14>more");
      return rig.counts().dropped;
    }, soon)
    .toBeGreaterThan(0);
  rig.isFull = false;
  await expect.poll(() => rig.counts().accepted, soon).toBeGreaterThan(0);
  expect(rig.rows()[0]).toMatchObject({ Body: "held", ServiceName: "named" });
});

test("TCP: both framings, and what has no end at the end", async () => {
  const rig = await rigOf({});
  const socket = connect(rig.listener.port, "127.0.0.1");
  socket.end("<14>one\n7 <14>two<14>three");
  await expect.poll(rig.counts, soon).toMatchObject({ accepted: 3 });
  expect(rig.rows().map(({ Body }) => Body)).toEqual(["one", "two", "three"]);
});

test("TCP: without room nothing is read, so its sender waits, and nothing is lost", async () => {
  const rig = await rigOf({});
  rig.isFull = true;
  const socket = connect(rig.listener.port, "127.0.0.1");
  const line = `<14>${"x".repeat(1_000)}\n`;
  const sent = 20_000;
  for (let at = 0; at < sent; at++) socket.write(line);
  const finished = once(socket.end(), "close");
  // More than sockets hold: the rest is with the sender.
  await once(socket, "connect");
  const held = (): number => socket.writableLength;
  let before = -1;
  await expect
    .poll(() => {
      const same = held() === before;
      before = held();
      return same && before > 0;
    }, soon)
    .toBe(true);
  rig.isFull = false;
  socket.resume();
  await expect.poll(rig.counts, soon).toMatchObject({ accepted: sent, dropped: 0 });
  await finished;
});

test.each(["udp", "tcp"] as const)("%s: others than those named may not send", async (protocol) => {
  const rig = await rigOf({ protocol, senders: ["10.0.0.0/8"] });
  if (protocol === "udp") await sendUdp(rig.listener.port, "<14>m");
  else await once(connect(rig.listener.port, "127.0.0.1").resume(), "close");
  await expect.poll(rig.counts, soon).toMatchObject({ refused: 1, accepted: 0 });
});

test("an address that is taken is a fault of the start", async () => {
  const rig = await rigOf({});
  const listen = { host: "127.0.0.1", port: rig.listener.port };
  await expect(rigOf({ listen })).rejects.toThrow(/EADDRINUSE/);
});
