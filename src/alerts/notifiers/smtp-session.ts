// One conversation with a mail server (RFC 5321): commands and their replies, over TLS once it is agreed on.
import { once } from "node:events";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface SmtpPlace {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly isSecure: boolean;
}

interface SmtpReply {
  readonly code: number;
  /** Without their codes. */
  readonly lines: readonly string[];
}

/** Servers say a few lines; more is none that speaks SMTP. */
const MOST_REPLY_CHARS = 65_536;

/** Every step rejects once the signal is given, the socket ends, or a reply is not as expected. */
export class SmtpSession {
  readonly #place: SmtpPlace;
  readonly #signal: AbortSignal;
  #socket: Socket;
  #text = "";

  private constructor(place: SmtpPlace, socket: Socket, signal: AbortSignal) {
    this.#place = place;
    this.#socket = socket;
    this.#signal = signal;
  }

  /** Resolves once the server has greeted. */
  static async open(place: SmtpPlace, signal: AbortSignal): Promise<SmtpSession> {
    const { host, port, isSecure } = place;
    const socket = isSecure ? connectTls({ host, port, ...nameOf(host) }) : connectTcp(port, host);
    const session = new SmtpSession(place, socket, signal);
    try {
      await session.#opened(isSecure ? "secureConnect" : "connect");
      await session.#expect(220, "greeting");
    } catch (thrown) {
      session.close();
      throw thrown;
    }
    return session;
  }

  /** `what` stands in errors in place of the line, which may hold a secret. */
  async command(line: string, code: number, what: string): Promise<SmtpReply> {
    this.#socket.write(`${line}\r\n`);
    return this.#expect(code, what);
  }

  /** After STARTTLS was agreed to (RFC 3207): what came before counts no more. */
  async secure(): Promise<void> {
    const socket = this.#socket;
    socket.removeAllListeners();
    if (this.#text !== "") throw new Error("the mail server spoke before TLS began");
    this.#socket = connectTls({ socket, ...nameOf(this.#place.host) });
    await this.#opened("secureConnect");
  }

  close(): void {
    this.#socket.destroy();
  }

  async #opened(event: string): Promise<void> {
    const socket = this.#socket;
    socket.setEncoding("utf8");
    try {
      await once(socket, event, { signal: this.#signal });
    } catch (thrown) {
      const { code } = Object(thrown) as { readonly code?: unknown };
      const why = typeof code === "string" ? ` (${code})` : "";
      throw new Error(`the mail server can't be reached${why}`, { cause: thrown });
    }
    socket.on("data", (text: string) => (this.#text += text));
    // It is told by the reply that does not come.
    socket.on("error", () => undefined);
  }

  async #expect(code: number, what: string): Promise<SmtpReply> {
    const reply = await this.#reply(what);
    if (reply.code === code) return reply;
    throw new Error(`the mail server answered ${reply.code} to ${what}`);
  }

  async #reply(what: string): Promise<SmtpReply> {
    for (;;) {
      const last = /^(\d{3})(?: [^\r\n]*)?\r?\n/m.exec(this.#text);
      if (last !== null) {
        const end = last.index + last[0].length;
        const lines = this.#text.slice(0, end).trimEnd().split(/\r?\n/);
        this.#text = this.#text.slice(end);
        return { code: Number(last[1]), lines: lines.map((line) => line.slice(4)) };
      }
      if (this.#text.length > MOST_REPLY_CHARS) throw new Error("the mail server speaks no SMTP");
      await this.#more(what);
    }
  }

  async #more(what: string): Promise<void> {
    const socket = this.#socket;
    const closed = `the mail server closed the connection at ${what}`;
    if (socket.destroyed || socket.readableEnded) throw new Error(closed);
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const ended = once(socket, "close", { signal }).then(() => {
      throw new Error(closed);
    });
    try {
      await Promise.race([once(socket, "data", { signal }), ended]);
    } finally {
      ended.catch(() => undefined);
      over.abort();
    }
  }
}

/** A server name is a DNS name (RFC 6066 section 3). */
function nameOf(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
