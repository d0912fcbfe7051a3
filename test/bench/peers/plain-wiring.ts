// Peer: what one gets by wiring the packages together: auto-instrumentation, Express, casbin, a log line.
import { createRequire } from "node:module";
import { Agent } from "node:http";
import { getNodeAutoInstrumentations } from "@opentelemetry/auto-instrumentations-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK } from "@opentelemetry/sdk-node";
import type { NextFunction, Request, Response, default as expressTypes } from "express";

const collector = `http://127.0.0.1:${process.env["UPSTREAM"]}/v1/traces`;
new NodeSDK({
  traceExporter: new OTLPTraceExporter({ url: collector }),
  instrumentations: [getNodeAutoInstrumentations()],
}).start();

// Required after the SDK has started, or nothing of them would be instrumented.
const require = createRequire(import.meta.url);
const express = require("express") as typeof expressTypes;
const { createProxyMiddleware } =
  require("http-proxy-middleware") as typeof import("http-proxy-middleware");
const { newEnforcer, newModelFromString, StringAdapter } =
  require("casbin") as typeof import("casbin");

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act`;

const count = Number(process.env["RULES"]);
const rules = Array.from({ length: count - 1 }, (_, at) => `p, role${at}, /service${at}/:id, GET`);
const text = [...rules, "p, customer, /orders/:id, GET", "g, alice, customer"].join("\n");
const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(text));

async function authorize(request: Request, response: Response, next: NextFunction): Promise<void> {
  const subject = request.headers["x-api-key"] === "bench-key-alice" ? "alice" : "anonymous";
  const allowed = await enforcer.enforce(subject, request.path, request.method);
  process.stdout.write(`${JSON.stringify({ subject, path: request.path, allowed })}\n`);
  if (allowed) next();
  else response.status(403).end();
}

const app = express();
app.use((request, response, next) => void authorize(request, response, next));
app.use(
  createProxyMiddleware({
    target: `http://127.0.0.1:${process.env["UPSTREAM"]}`,
    agent: new Agent({ keepAlive: true, maxSockets: 32 }),
  }),
);
app.listen(Number(process.env["PORT"]), "127.0.0.1", () => process.stdout.write("listening\n"));
