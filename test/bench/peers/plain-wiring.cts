// Peer: what one gets by wiring the packages together, as their guides say: auto-instrumentation
// (preloaded, see targets.ts), Express, casbin before http-proxy-middleware, a log line a request.
// Nothing is tuned: the proxy has no agent, so it connects anew each time, as it does by default.
const { newEnforcer, newModelFromString, StringAdapter } =
  require("casbin") as typeof import("casbin");
const express = require("express") as typeof import("express");
const { createProxyMiddleware } =
  require("http-proxy-middleware") as typeof import("http-proxy-middleware");

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

async function main(): Promise<void> {
  const count = Number(process.env["RULES"]);
  const rules = Array.from(
    { length: count - 1 },
    (_, at) => `p, role${at}, /service${at}/:id, GET`,
  );
  const text = [...rules, "p, customer, /orders/:id, GET", "g, alice, customer"].join("\n");
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(text));
  const app = express();
  app.use((request, response, next) => {
    const subject = request.headers["x-api-key"] === "bench-key-alice" ? "alice" : "anonymous";
    void enforcer.enforce(subject, request.path, request.method).then((allowed) => {
      console.log(JSON.stringify({ subject, path: request.path, allowed }));
      if (allowed) next();
      else response.status(403).end();
    });
  });
  app.use(createProxyMiddleware({ target: `http://127.0.0.1:${process.env["UPSTREAM"]}` }));
  app.listen(Number(process.env["PORT"]), "127.0.0.1");
}

void main();
