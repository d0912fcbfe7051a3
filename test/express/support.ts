// An Express application on a free port, real upstreams behind it, and its rows in an array.
import { createServer, request as httpRequest, type RequestListener, type Server } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express, { type Express } from "express";
import { createLog } from "../../src/core/log.ts";
import { createWeir, type Weir, type WeirOptions } from "../../src/express/middleware.ts";
import type { RequestRecord } from "../../src/telemetry/record.ts";
import { model } from "../policy/support.ts";

export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
}

export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A port where nobody listens. */
export async function deadUrl(): Promise<string> {
  await using gone = await listen(() => undefined);
  return gone.url;
}

const MODEL = model({
  roles: "",
  matcher:
    '(p.sub == "*" || r.sub == p.sub) && keyMatch2(r.obj, p.obj) && (r.act == p.act || p.act == "*")',
});
const RULES =
  "p, alice, /orders/*, *, allow\np, alice, /app/*, *, allow\np, *, /open/*, *, allow\n";

export interface TestApp extends Listening {
  readonly weir: Weir;
  readonly rows: RequestRecord[];
  /** Resolves when the nth row (from 0) is there. */
  readonly row: (nth: number) => Promise<RequestRecord>;
}

export interface AppSetup {
  readonly endpoints: readonly string[];
  readonly mount?: (app: Express, weir: Weir) => void;
  readonly config?: Partial<Exclude<WeirOptions["config"], string>>;
}

export async function startApp(setup: AppSetup): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), "weir-express-"));
  writeFileSync(join(folder, "model.conf"), MODEL);
  writeFileSync(join(folder, "policy.csv"), RULES);
  const rows: RequestRecord[] = [];
  const waiting: (() => void)[] = [];
  const weir = await createWeir({
    config: {
      services: { orders: { endpoints: [...setup.endpoints], balance: "round-robin" } },
      routes: [
        { name: "orders", match: { path: "/orders/**" }, service: "orders", authenticate: ["key"] },
        { name: "app", match: { path: "/app/**" }, service: "orders", authenticate: ["key"] },
        { name: "open", match: { path: "/open/**" }, service: "orders" },
      ],
      identity: {
        keys: [
          { key: "a-key-of-alice", subject: "alice" },
          { key: "a-key-of-bob", subject: "bob" },
        ],
      },
      policy: { model: join(folder, "model.conf"), rules: join(folder, "policy.csv") },
      ...setup.config,
    },
    rows(record) {
      rows.push(structuredClone(record));
      for (const wake of waiting.splice(0)) wake();
    },
    log: createLog("error"),
  });
  const app = express();
  const mount = setup.mount ?? ((to) => void to.use(weir.middleware()));
  mount(app, weir);
  const listening = await listen(app);
  return {
    ...listening,
    weir,
    rows,
    async row(nth) {
      while (rows.length <= nth) await new Promise<void>((resolve) => waiting.push(resolve));
      return rows[nth]!;
    },
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      await weir.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Plain node:http: fetch would hide connections and fields. */
export function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { ...rest, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject);
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export const ALICE = { "x-api-key": "a-key-of-alice" };
export const BOB = { "x-api-key": "a-key-of-bob" };
