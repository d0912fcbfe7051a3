// Messages as their receivers get them: Slack, Alertmanager, and a mail server with and without TLS.
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import {
  createSecureContext,
  getCACertificates,
  setDefaultCACertificates,
  TLSSocket,
} from "node:tls";
import { afterEach, expect, onTestFinished, test } from "vitest";
import type { NotifierOptions } from "../../src/alerts/notifier-options.ts";
import { createNotifier } from "../../src/alerts/notifiers/create-notifier.ts";
import type { Notification } from "../../src/alerts/notifiers/notifier.ts";
import type { Alert } from "../../src/alerts/rule-state.ts";
import { createAuthority } from "../support/certificates.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

const AT_MS = Date.UTC(2026, 10, 22, 9, 30);
const alert: Alert = {
  id: "a1",
  rule: "route-errors",
  state: "firing",
  labels: { alert: "route-errors", severity: "page", route: "orders" },
  annotations: { summary: "orders: 7.3 % of <120> & more fail – ü" },
  runbook: "https://ops.example/runbooks?a=1|2",
  value: 0.073,
  sinceMs: AT_MS - 60_000,
  firedAtMs: AT_MS,
  resolvedAtMs: null,
};
const notification: Notification = {
  id: "n1",
  instance: "weir-1",
  labels: { alert: "route-errors" },
  firing: [alert],
  resolved: [{ ...alert, id: "a2", state: "resolved", resolvedAtMs: AT_MS + 1000 }],
  nowMs: AT_MS + 2000,
};
const noAct = (): void => expect.fail("nothing is done here");
const NOBODY = { name: "n", secret: "", user: "", password: "", from: "", to: [] };
const signal = (): AbortSignal => AbortSignal.timeout(120_000);

let receiver: Receiver | undefined;

afterEach(() => receiver?.close());

async function received(options: Pick<NotifierOptions, "kind"> & { path?: string }) {
  receiver = await startReceiver();
  const url = receiver.url + (options.path ?? "");
  await createNotifier({ ...NOBODY, kind: options.kind, url }, noAct).send(notification, signal());
  const [{ path, body } = { path: "", body: "{}" }] = receiver.taken;
  return { path, body: JSON.parse(body) as unknown };
}

test("Slack gets a text in its own escapes", async () => {
  expect((await received({ kind: "slack" })).body).toEqual({
    text: [
      "*FIRING 1: route-errors*",
      ":red_circle: orders: 7.3 % of &lt;120&gt; &amp; more fail – ü (<https://ops.example/runbooks?a=1%7C2|runbook>)",
      ":white_check_mark: orders: 7.3 % of &lt;120&gt; &amp; more fail – ü (<https://ops.example/runbooks?a=1%7C2|runbook>)",
    ].join("\n"),
  });
});

test("Alertmanager gets what fires for a while, and what is over with its end", async () => {
  const { path, body } = await received({ kind: "alertmanager", path: "/am/" });
  expect(path).toBe("/am/api/v2/alerts");
  const same = {
    labels: { alertname: "route-errors", severity: "page", route: "orders" },
    annotations: {
      summary: "orders: 7.3 % of <120> & more fail – ü",
      runbook_url: "https://ops.example/runbooks?a=1|2",
      weir_instance: "weir-1",
    },
    startsAt: "2026-11-22T09:30:00.000Z",
  };
  expect(body).toEqual([
    { ...same, endsAt: "2026-11-22T09:33:02.000Z" },
    { ...same, endsAt: "2026-11-22T09:30:01.000Z" },
  ]);
});

test("a receiver that refuses, redirects or is not there rejects, and its URL is not told", async () => {
  receiver = await startReceiver();
  receiver.answer(500);
  const send = (url: string): Promise<void> =>
    createNotifier({ ...NOBODY, kind: "webhook", url }, noAct).send(notification, signal());
  await expect(send(`${receiver.url}/secret`)).rejects.toThrow(/^answered 500$/);
  await expect(send("http://127.0.0.1:9/secret")).rejects.toThrow(/^can't be reached( \(\w+\))?$/);
});

interface MailServer {
  readonly port: number;
  /** All that clients said. */
  readonly said: () => string;
}

/** What it answers to a line, by its first word; text of a reply ends with a line that has no "-". */
async function startMail(
  answers: Readonly<Record<string, string>>,
  secure?: { readonly cert: string; readonly key: string },
): Promise<MailServer> {
  let said = "";
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    let inData = false;
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        said += `${line}\n`;
        if (inData && line !== ".") continue;
        const word = inData ? "." : (line.split(" ")[0] ?? "");
        inData = word === "DATA";
        socket.write(`${answers[word] ?? "250 ok"}\r\n`);
        if (word === "STARTTLS" && secure !== undefined) {
          socket.removeAllListeners("data");
          const context = createSecureContext(secure);
          serve(new TLSSocket(socket, { isServer: true, secureContext: context }));
        }
      }
    });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write("220-hello\r\n220 mail.example\r\n");
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, said: () => said };
}

const PLAIN = {
  EHLO: "250-mail.example\r\n250 AUTH PLAIN",
  AUTH: "235 ok",
  DATA: "354 go",
  QUIT: "221 bye",
};

function mail(url: string, to: readonly string[] = ["a@example.org", "b@example.org"]) {
  const login = { user: "weir", password: "s3cret" };
  const options = { ...NOBODY, ...login, kind: "smtp" as const, url, from: "weir@example.org", to };
  return createNotifier(options, noAct).send(notification, signal());
}

test("a mail server gets a whole message, with a login", async () => {
  const server = await startMail(PLAIN);
  await mail(`smtp://127.0.0.1:${server.port}`);
  const [envelope = "", ...rest] = server.said().split("DATA\n");
  const [, login = ""] = /AUTH PLAIN (\S+)/.exec(envelope) ?? [];
  expect(Buffer.from(login, "base64").toString()).toBe("\0weir\0s3cret");
  expect(envelope.split("\n").slice(2)).toEqual([
    "MAIL FROM:<weir@example.org>",
    "RCPT TO:<a@example.org>",
    "RCPT TO:<b@example.org>",
    "",
  ]);
  const [head = "", body = ""] = rest.join("").split("\n\n");
  expect(head).toContain(
    "Subject: FIRING 1: route-errors\nDate: Sun, 22 Nov 2026 09:30:02 +0000\n",
  );
  const text = Buffer.from(body.split("\n.\n")[0] ?? "", "base64").toString();
  expect(text).toContain("FIRING route-errors since 2026-11-22T09:30:00.000Z\r\n  orders: 7.3 %");
  expect(text).toContain("fail – ü");
  expect(server.said()).toMatch(/\n\.\nQUIT\n$/);
});

test("over STARTTLS to a server that is known, and to none that is not", async () => {
  using authority = createAuthority("Mail CA");
  const pair = authority.issue("mail", { san: "DNS:localhost" });
  const keys = { cert: readFileSync(pair.cert, "utf8"), key: readFileSync(pair.key, "utf8") };
  const answers = { ...PLAIN, EHLO: "250-mail.example\r\n250 STARTTLS", STARTTLS: "220 go" };
  const server = await startMail(answers, keys);
  const url = `smtp://localhost:${server.port}`;
  await expect(mail(url)).rejects.toThrow(/can't be reached \(\w+\)/);
  expect(server.said()).not.toContain("AUTH");
  const before = getCACertificates();
  setDefaultCACertificates([...before, readFileSync(authority.ca, "utf8")]);
  onTestFinished(() => setDefaultCACertificates(before));
  await mail(url);
  expect(server.said()).toMatch(/STARTTLS\nEHLO \S+\nAUTH PLAIN \S+\nMAIL FROM/);
});

test.each([
  ["refuses the login", { AUTH: "535 no" }, "the mail server answered 535 to AUTH"],
  ["refuses a recipient", { RCPT: "550 who" }, "the mail server answered 550 to RCPT TO"],
  ["refuses the message", { ".": "554 spam" }, "the mail server answered 554 to the message"],
])("a mail server that %s rejects, without a word of the secret", async (_, answers, message) => {
  const server = await startMail({ ...PLAIN, ...answers });
  await expect(mail(`smtp://127.0.0.1:${server.port}`)).rejects.toThrow(message);
});

test("one that closes, floods or speaks something else rejects, too", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const closing = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(mail(closing)).rejects.toThrow("closed the connection at greeting");
  const flood = await startMail({ EHLO: `250-${"x".repeat(70_000)}` });
  await expect(mail(`smtp://127.0.0.1:${flood.port}`)).rejects.toThrow("speaks no SMTP");
});
