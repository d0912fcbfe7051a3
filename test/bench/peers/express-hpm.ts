// Peer: Express with http-proxy-middleware and nothing else.
import { Agent } from "node:http";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";

const app = express();
app.use(
  createProxyMiddleware({
    target: `http://127.0.0.1:${process.env["UPSTREAM"]}`,
    agent: new Agent({ keepAlive: true, maxSockets: 32 }),
  }),
);
app.listen(Number(process.env["PORT"]), "127.0.0.1", () => process.stdout.write("listening\n"));
