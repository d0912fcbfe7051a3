// One address on which syslog is received, by UDP or TCP.
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createBlockTest } from "../../core/address-blocks.ts";
import { isLoopback } from "../../core/loopback.ts";
import { createAdmission } from "../../downstream/admission.ts";
import type { InputCount } from "../input-counts.ts";
import { Intake } from "../lines/intake.ts";
import type { SyslogOptions } from "../options.ts";
import { SyslogFrames } from "./framing.ts";
import { parseSyslog } from "./parse-syslog.ts";
import { createZoneClock, type ZoneClock } from "../../core/time-zone.ts";

export interface SyslogListener {
  readonly port: number;
  /** What came is in the spool by then, or counted as dropped. */
  readonly close: () => Promise<void>;
}

export interface SyslogParts {
  readonly options: SyslogOptions;
  readonly keep: (lines: Buffer) => boolean;
  readonly count: InputCount;
  readonly nowMs: () => number;
}

/** RFC 5426 section 3.2: what any datagram holds; more is cut. */
const MAX_BYTES = 65_536;
const MAX_CONNECTIONS = 256;
/** A quarter: nobody alone keeps all others out. */
const SOURCE_CONNECTIONS = 64;
/** For bursts between two turns of this thread. */
const RECEIVE_BYTES = 4 * 1024 * 1024;

/** Rejects where the address can't be listened on. */
export function openSyslog(parts: SyslogParts): Promise<SyslogListener> {
  const inbox = new Inbox(parts);
  return parts.options.protocol === "udp" ? openUdp(parts, inbox) : openTcp(parts, inbox);
}

async function openUdp({ options, count }: SyslogParts, inbox: Inbox): Promise<SyslogListener> {
  const { host, port } = options.listen;
  const socket = createSocket({ type: host.includes(":") ? "udp6" : "udp4" });
  socket.on("message", (bytes: Buffer, { address }: RemoteInfo) => {
    if (!inbox.knows(address)) count("syslog", "refused");
    else if (inbox.intake.isStuck || !inbox.take(bytes)) count("syslog", "dropped");
  });
  socket.bind(port, host);
  await once(socket, "listening");
  // Nothing that is sent to it is to end this thread.
  socket.on("error", () => count("syslog", "dropped"));
  socket.setRecvBufferSize(RECEIVE_BYTES);
  return {
    port: socket.address().port,
    async close() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
      inbox.close();
    },
  };
}

async function openTcp({ options, count }: SyslogParts, inbox: Inbox): Promise<SyslogListener> {
  const refused = (): void => count("syslog", "refused");
  const admit = createAdmission({
    sourceConnections: SOURCE_CONNECTIONS,
    isProxy: isLoopback,
    turnedAway: refused,
  });
  const server = createServer({ keepAlive: true }, (socket) => {
    if (!inbox.knows(socket.remoteAddress ?? "")) {
      refused();
      socket.destroy();
    } else if (admit(socket)) receive(socket, inbox, count);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("drop", refused);
  server.listen(options.listen.port, options.listen.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of inbox.sockets) socket.destroy();
      await closed;
      inbox.close();
    },
  };
}

/** While there is no room nothing is read, so that its sender waits, too. */
function receive(socket: Socket, inbox: Inbox, count: InputCount): void {
  const frames = new SyslogFrames(MAX_BYTES);
  let told = 0;
  const take = (messages: readonly Buffer[]): void => {
    count("syslog", "cut", frames.cut - told);
    told = frames.cut;
    for (const message of messages) if (!inbox.take(message)) count("syslog", "dropped");
  };
  inbox.sockets.add(socket);
  socket.on("data", (chunk) => take(frames.push(chunk)));
  socket.on("end", () => take([frames.rest()].filter(({ length }) => length > 0)));
  socket.on("error", () => undefined);
  socket.on("close", () => inbox.sockets.delete(socket));
  if (inbox.intake.isStuck) socket.pause();
}

const BLANK = 0x20;

class Inbox {
  readonly sockets = new Set<Socket>();
  readonly intake: Intake;
  /** Whether this address may send. */
  readonly knows: (address: string) => boolean;
  readonly #parts: SyslogParts;
  readonly #zone: ZoneClock;

  constructor(parts: SyslogParts) {
    const { options, keep, count, nowMs } = parts;
    this.#parts = parts;
    this.#zone = createZoneClock(options.zone);
    const isNamed = createBlockTest(options.senders);
    this.knows = (address) => options.senders.length === 0 || isNamed(address);
    this.intake = new Intake({
      keep,
      nowMs,
      kept: (records, cutValues) => {
        count("syslog", "accepted", records);
        count("syslog", "cut", cutValues);
      },
      stuck: () => this.sockets.forEach((socket) => socket.pause()),
      freed: () => this.sockets.forEach((socket) => socket.resume()),
    });
  }

  /** False: there is no room. */
  take(bytes: Buffer): boolean {
    const { options, count, nowMs } = this.#parts;
    const text = withoutEnd(bytes);
    if (text === "") return true;
    const { record, host, app, isMalformed } = parseSyslog(text, {
      nowMs: nowMs(),
      zone: this.#zone,
    });
    if (isMalformed) count("syslog", "malformed");
    const attributes =
      host === "" ? options.attributes : { ...options.attributes, "host.name": host };
    return this.intake.add({ service: options.service || app, attributes }, record);
  }

  close(): void {
    this.#parts.count("syslog", "dropped", this.intake.close());
  }
}

/** Some senders end messages with NUL, or with more than one line end. */
function withoutEnd(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= BLANK) end--;
  return bytes.toString("utf8", 0, end);
}
