// Alerts as a plain e-mail, handed to one mail server (RFC 5321, STARTTLS by RFC 3207, AUTH PLAIN by RFC 4616).
import { hostname } from "node:os";
import { isLoopback } from "../../core/loopback.ts";
import type { Alert } from "../rule-state.ts";
import type { Notification, Notifier } from "./notifier.ts";
import { type SmtpPlace, SmtpSession } from "./smtp-session.ts";
import { titleOf } from "./words.ts";

export interface SmtpOptions {
  /** smtp://HOST[:587], which is upgraded where it can be, or smtps://HOST[:465]. */
  readonly url: string;
  /** Empty: nobody logs in. */
  readonly user: string;
  readonly password: string;
  readonly from: string;
  readonly to: readonly string[];
}

const PORTS: Readonly<Record<string, number>> = { "smtp:": 587, "smtps:": 465 };
const MOST_ALERTS = 100;
const LINE_CHARS = 76;

export function createSmtp(options: SmtpOptions): Notifier {
  return {
    send: async (notification, signal) => {
      const session = await SmtpSession.open(placeOf(options), signal);
      try {
        await logIn(session, options);
        await session.command(`MAIL FROM:<${options.from}>`, 250, "MAIL FROM");
        for (const to of options.to) await session.command(`RCPT TO:<${to}>`, 250, "RCPT TO");
        await session.command("DATA", 354, "DATA");
        // Base64 has no line that is a dot alone.
        await session.command(`${mailOf(notification, options)}\r\n.`, 250, "the message");
        await session.command("QUIT", 221, "QUIT").catch(() => undefined);
      } finally {
        session.close();
      }
    },
  };
}

function placeOf({ url }: SmtpOptions): SmtpPlace {
  const { protocol, hostname: host, port } = new URL(url);
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (PORTS[protocol] ?? 587) : Number(port),
    isSecure: protocol === "smtps:",
  };
}

/** A password crosses the network only over TLS. */
async function logIn(session: SmtpSession, options: SmtpOptions): Promise<void> {
  const { host, isSecure } = placeOf(options);
  const hello = (): ReturnType<SmtpSession["command"]> =>
    session.command(`EHLO ${ehloName()}`, 250, "EHLO");
  const { lines } = await hello();
  const canSecure = lines.some((line) => /^STARTTLS\b/i.test(line));
  if (!isSecure && canSecure) {
    await session.command("STARTTLS", 220, "STARTTLS");
    await session.secure();
    await hello();
  }
  if (options.user === "") return;
  if (!isSecure && !canSecure && !isLoopback(host)) {
    throw new Error("the mail server offers no TLS, so the password is not sent");
  }
  const plain = Buffer.from(`\0${options.user}\0${options.password}`).toString("base64");
  await session.command(`AUTH PLAIN ${plain}`, 235, "AUTH");
}

/** As RFC 5321 section 4.1.3 wants it where there is no whole name. */
function ehloName(): string {
  const name = hostname();
  return /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(name) ? name : "[127.0.0.1]";
}

function mailOf(notification: Notification, { from, to }: SmtpOptions): string {
  const { id, nowMs } = notification;
  const title = encoded(titleOf(notification).slice(0, 200));
  const body = Buffer.from(textOf(notification)).toString("base64");
  const head = [
    `From: <${from}>`,
    `To: ${to.map((each) => `<${each}>`).join(", ")}`,
    `Subject: ${title}`,
    `Date: ${new Date(nowMs).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${id}.${nowMs}@weir>`,
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
  ];
  const lines = body.match(new RegExp(`.{1,${LINE_CHARS}}`, "g")) ?? [];
  return [...head, "", ...lines].join("\r\n");
}

/** RFC 2047, in pieces of at most 75 characters. */
function encoded(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const pieces = text.match(/.{1,15}/gu) ?? [];
  return pieces.map((each) => `=?utf-8?B?${Buffer.from(each).toString("base64")}?=`).join("\r\n ");
}

function textOf({ firing, resolved, instance }: Notification): string {
  const lines = [...firing, ...resolved].slice(0, MOST_ALERTS).flatMap(linesOf);
  const more = firing.length + resolved.length - MOST_ALERTS;
  const rest = more > 0 ? [`and ${more} more`] : [];
  return `${[...lines, ...rest, `weir ${instance}`].join("\r\n")}\r\n`;
}

function linesOf({ rule, state, labels, annotations, runbook, firedAtMs }: Alert): string[] {
  const since = firedAtMs === null ? "" : ` since ${new Date(firedAtMs).toISOString()}`;
  const own = Object.entries(labels).map(([name, value]) => `  ${name}: ${value}`);
  return [
    `${state.toUpperCase()} ${rule}${since}`,
    ...Object.values(annotations).map((text) => `  ${text}`),
    ...own,
    ...(runbook === "" ? [] : [`  ${runbook}`]),
    "",
  ];
}
