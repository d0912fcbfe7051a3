// The guard before an application's own handlers: refusals, rows, and what handlers get to see.
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import express, { type Request, type Response } from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWeir } from "../../src/express/middleware.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { ALICE, ask, BOB, startApp, type TestApp } from "./support.ts";

let app: TestApp;
let handled = 0;
let lastRequest: Request;

beforeAll(async () => {
  app = await startApp({
    endpoints: ["http://127.0.0.1:1"],
    mount(to, weir) {
      to.set("env", "test");
      const router = express.Router();
      router.use((request, _response, next) => {
        lastRequest = request;
        // Node keeps what it made of the fields once.
        expect(request.headersDistinct).toBeDefined();
        next();
      });
      router.get("/whoami", weir.guard(), (_request: Request, response: Response) => {
        handled++;
        response.json(response.locals["weir"]);
      });
      router.post("/echo", express.json(), weir.guard(), (request: Request, response: Response) => {
        response.status(201).json(request.body);
      });
      router.get("/stream", weir.guard(), (_request: Request, response: Response) => {
        response.write("one ");
        response.write(Buffer.from("two "));
        response.end("three");
      });
      router.get("/throws", weir.guard(), () => {
        throw new Error("a handler's own fault");
      });
      router.get("/files/*rest", weir.guard(), (_request: Request, response: Response) => {
        handled++;
        response.end("file");
      });
      router.get("/never", weir.guard(), () => undefined);
      to.use("/app", router);
    },
  });
});
afterAll(() => app[Symbol.asyncDispose]());

async function askFor(path: string, options: Parameters<typeof ask>[1] = {}) {
  const before = app.rows.length;
  const reply = await ask(`${app.url}${path}`, options);
  return { reply, row: await app.row(before) };
}

test("an allowed request reaches its handler, with a row of its own", async () => {
  const { reply, row } = await askFor("/app/whoami", { headers: ALICE });
  expect(reply.status).toBe(200);
  expect(JSON.parse(reply.body)).toMatchObject({
    identity: { subject: "alice" },
    traceId: row.traceId,
    spanId: row.spanId,
  });
  expect(reply.headers["traceresponse"]).toContain(`${row.traceId}-${row.spanId}`);
  expect(row).toMatchObject({
    path: "/app/whoami",
    route: "app",
    identity: { subject: "alice" },
    decision: "allow",
    status: 200,
    completed: true,
    responseBytes: reply.body.length,
    upstream: "",
    attempts: [],
  });
});

test.each([
  ["without a key", {}, 401],
  ["denied", BOB, 403],
])("%s the handler is not reached", async (_title, headers, status) => {
  const before = handled;
  const { reply, row } = await askFor("/app/whoami", { headers });
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.body)).toMatchObject({ status, trace_id: row.traceId });
  expect(row.status).toBe(status);
  expect(handled).toBe(before);
});

test.each([
  "/app/files/../../open/x",
  "/app/files/%2e%2e/../open/x",
  "/app//files/x",
  "/app/files/%78",
  "/app/./files/x",
])("%s was decided on as another path than its handler's", async (target) => {
  const before = handled;
  using client = await connectRaw(Number(new URL(app.url).port));
  const rows = app.rows.length;
  client.send(requestText(`GET ${target}`, { "X-API-Key": ALICE["x-api-key"] }));
  const reply = await client.response();
  expect(reply.status).toBe(target.includes("//") || target.includes("/./") ? 404 : 400);
  expect(handled).toBe(before);
  if (reply.status === 400) expect((await app.row(rows)).errorCode).toBe("ambiguous_path");
});

test.each(["/app/files/x?y=%2e/../", "/app/files/%c3%a9", "/app/files/%C3%A9"])(
  "%s is its own normal form, but for the case of hex digits",
  async (target) => {
    expect((await askFor(target, { headers: ALICE })).reply.body).toBe("file");
  },
);

test.each([
  ["without its authority", "http://any.test/app/files/x?a any.test", 200],
  ["in any spelling of its host", "http://ANY.test:80/app/files/x any.TEST.:080", 200],
  ["with a host that handlers do not read", "http://any.test/app/files/x other.test", 400],
  ["with a port that handlers do not read", "http://any.test:81/app/files/x any.test", 400],
])("a target in absolute form is compared %s", async (_, names, status) => {
  const [target = "", host = ""] = names.split(" ");
  const before = handled;
  using client = await connectRaw(Number(new URL(app.url).port));
  client.send(
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-API-Key: ${ALICE["x-api-key"]}\r\n\r\n`,
  );
  const rows = app.rows.length;
  expect((await client.response()).status).toBe(status);
  expect(handled - before).toBe(status === 200 ? 1 : 0);
  expect((await app.row(rows)).errorCode).toBe(status === 200 ? "" : "bad_host");
});

test("handlers read verified identity only", async () => {
  await askFor("/app/whoami", {
    headers: { ...ALICE, "x-weir-subject": "root", x_weir_roles: "admin" },
  });
  expect(lastRequest.headers).toMatchObject({ "x-weir-subject": "alice" });
  expect(lastRequest.headersDistinct).toMatchObject({ "x-weir-subject": ["alice"] });
  for (const read of [lastRequest.headers, lastRequest.headersDistinct]) {
    expect(read).not.toHaveProperty("x-api-key");
    expect(read).not.toHaveProperty("x_weir_roles");
  }
  expect(lastRequest.rawHeaders).not.toContain("root");
});

test("a body that was read before is no obstacle", async () => {
  const { reply, row } = await askFor("/app/echo", {
    method: "POST",
    headers: { ...ALICE, "content-type": "application/json" },
    body: '{"a":1}',
  });
  expect(reply).toMatchObject({ status: 201, body: '{"a":1}' });
  expect(row).toMatchObject({ status: 201, requestBytes: 7, responseBytes: 7 });
});

test("bytes are counted however they are sent", async () => {
  const { reply, row } = await askFor("/app/stream", { headers: ALICE });
  expect(reply.body).toBe("one two three");
  expect(row).toMatchObject({ responseBytes: 13, completed: true });
});

test("a handler that throws is Express's to answer, and in the row", async () => {
  const { reply, row } = await askFor("/app/throws", { headers: ALICE });
  expect(reply.status).toBe(500);
  expect(row).toMatchObject({ status: 500, completed: true });
});

test("a client that leaves has a row too", async () => {
  const before = app.rows.length;
  const sent = httpRequest(`${app.url}/app/never`, { headers: ALICE, agent: false });
  sent.on("error", () => undefined);
  sent.end();
  const [request] = (await once(app.server, "request")) as [Request];
  sent.destroy();
  await once(request.socket, "close");
  expect(await app.row(before)).toMatchObject({
    status: 499,
    errorCode: "client_closed",
    completed: false,
  });
});

test("with audit required, a row that can't be kept is no answer", async () => {
  const weir = await createWeir({
    config: {
      services: { app: { endpoints: ["http://127.0.0.1:1"] } },
      routes: [{ name: "app", match: { path: "/app/**" }, service: "app" }],
      telemetry: { audit: "required" },
    },
    rows() {
      throw new Error("the disk is gone");
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await using own = await startApp({
    endpoints: ["http://127.0.0.1:1"],
    mount: (to) =>
      void to.get("/app/x", weir.guard(), (_request, response) => void response.end("secret")),
  });
  await expect(ask(`${own.url}/app/x`)).rejects.toThrow();
  await weir.close();
});

test("a fault in the config names its key path", async () => {
  const config = { services: {}, routes: [{ name: "a", service: "none" }] };
  await expect(createWeir({ config })).rejects.toThrow(/routes\[0\]\.service/);
});

test("a receiver of rows gets them as the config protects them, handlers the caller as it is", async () => {
  await using guarded = await startApp({
    endpoints: ["http://127.0.0.1:1"],
    config: {
      telemetry: {
        headers: ["x-chosen"],
        redact: { path: ["/app/whoami/:token"] },
        protect: {
          key: "A".repeat(43) + "=",
          encrypt: ["user_agent", "headers.x-chosen"],
          hash: ["principal", "client_address"],
        },
      },
    },
    mount(to, weir) {
      to.get("/app/whoami/*rest", weir.guard(), (_request: Request, response: Response) => {
        response.json(response.locals["weir"]);
      });
    },
  });
  const headers = { ...ALICE, "user-agent": "planted-agent", "x-chosen": "planted-header" };
  const reply = await ask(`${guarded.url}/app/whoami/planted-token`, { headers });
  expect(JSON.parse(reply.body)).toMatchObject({ identity: { subject: "alice" } });
  const row = await guarded.row(0);
  expect(row).toMatchObject({ path: "/app/whoami/-", status: 200, policyReplay: "redacted" });
  expect(row.identity.subject).toMatch(/^hash:v1:/);
  expect(row.clientAddress).toMatch(/^hash:v1:/);
  expect(row.userAgent).toMatch(/^enc:v1:/);
  // A rule is recorded as it stands.
  row.rule = "";
  expect(JSON.stringify(row)).not.toMatch(/planted|alice/);
});
