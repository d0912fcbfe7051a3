// Session tickets over two workers: any resumes what another began, until the secret is replaced; then nobody does.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { loadConfigObject } from "../../../src/config/load.ts";
import { type DataPlane, startDataPlane } from "../../../src/control/data-plane.ts";
import { loadAll } from "../../../src/control/load-all.ts";
import { openSpool } from "../../../src/control/open-spool.ts";
import { createTicketSecrets } from "../../../src/core/ticket-secrets.ts";
import { silentLog } from "../../../src/core/log.ts";
import { openWorkerThread, type WorkerThread } from "../../../src/proxy/worker-thread.ts";
import { type Authority, createAuthority } from "../../support/certificates.ts";

let authority: Authority;

beforeAll(() => {
  authority = createAuthority();
});
afterAll(() => authority[Symbol.dispose]());

interface Plane extends DataPlane {
  readonly first: WorkerThread;
}

async function start(): Promise<Plane> {
  const folder = mkdtempSync(join(tmpdir(), "weir-tickets-"));
  const certificates = [authority.issue("site", { san: "DNS:a.test" })];
  const root = {
    listen: { http: "127.0.0.1:0", https: { listen: "127.0.0.1:0", certificates } },
    data: folder,
    workers: 2,
    services: { app: { endpoints: ["http://127.0.0.1:1"] } },
    routes: [{ name: "all", service: "app" }],
  };
  const loaded = await loadAll(() => Promise.resolve(loadConfigObject(root, folder, {})));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const { next: initial } = loaded;
  const first = openWorkerThread({ index: 0, log: silentLog });
  const spool = openSpool(initial.config, 3);
  const plane = await startDataPlane({ initial, revoked: [], spool, first, log: silentLog });
  onTestFinished(async () => {
    await plane.workers.drain(0);
    rmSync(folder, { recursive: true });
  });
  await plane.workers.startOthers();
  return { ...plane, first };
}

interface Visit {
  readonly resumed: boolean;
  readonly reply: string;
  readonly ticket: Buffer;
}

/** One request on a connection of its own, which resumes `session` if it may. */
async function visit(port: number, version: "TLSv1.2" | "TLSv1.3", session?: Buffer) {
  const socket: TLSSocket = connect({
    port,
    host: "127.0.0.1",
    servername: "a.test",
    ca: readFileSync(authority.ca),
    minVersion: version,
    maxVersion: version,
    ...(session && { session }),
  });
  let ticket: Buffer = Buffer.alloc(0);
  socket.on("session", (next: Buffer) => (ticket = next));
  await once(socket, "secureConnect");
  const resumed = socket.isSessionReused();
  socket.write("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const reply = String(Buffer.concat(chunks)).slice(0, 12);
  return { resumed, reply, ticket } satisfies Visit;
}

const MANY = 16;
/** What each request gets: nobody listens behind weir. */
const ANSWER = "HTTP/1.1 502";

test.each(["TLSv1.2", "TLSv1.3"] as const)("%s", async (version) => {
  const { workers, ticketSecrets, first } = await start();
  const { https } = workers.ports;
  const visits = (session: Buffer) =>
    Promise.all(Array.from({ length: MANY }, () => visit(https, version, session)));
  const { ticket, reply } = await visit(https, version);
  expect(reply).toBe(ANSWER);
  const before = await visits(ticket);
  expect(before.map((each) => [each.resumed, each.reply])).toEqual(
    Array.from({ length: MANY }, () => [true, ANSWER]),
  );
  ticketSecrets.replace();
  await expect
    .poll(() => visits(ticket))
    .toEqual(Array(MANY).fill(expect.objectContaining({ reply: ANSWER, resumed: false })));
  const { ticket: newer } = await visit(https, version);
  expect((await visits(newer)).every(({ resumed }) => resumed)).toBe(true);
  // One that takes the place of a lost worker is given the secret of now.
  await first.terminate();
  await expect.poll(() => workers.alive()).toBe(1);
  await expect.poll(() => workers.alive()).toBe(2);
  expect((await visits(newer)).every(({ resumed }) => resumed)).toBe(true);
});

test("replaced each hour; the one before is wiped", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const secrets = createTicketSecrets();
  const told: string[] = [];
  secrets.listen((secret) => told.push(Buffer.from(secret).toString("hex")));
  const first = secrets.current();
  const kept = Buffer.from(first).toString("hex");
  vi.advanceTimersByTime(3_599_000);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([Buffer.from(secrets.current()).toString("hex")]);
  expect(told).not.toContain(kept);
  expect(first).toEqual(Buffer.alloc(32));
});
