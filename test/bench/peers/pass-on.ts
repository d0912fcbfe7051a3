// A bare node:https proxy: passes each request on to UPSTREAM, a port on loopback, and pipes the answer back.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

const { CERT = "", KEY = "", UPSTREAM = "" } = process.env;
const agent = new Agent({ keepAlive: true });

const server = createServer(
  { cert: readFileSync(CERT), key: readFileSync(KEY) },
  (asked, reply) => {
    const { method, headers, url } = asked;
    const to = { host: "127.0.0.1", port: Number(UPSTREAM), path: url, method, headers, agent };
    const passed = request(to, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, reply, () => undefined);
    });
    passed.on("error", () => reply.destroy());
    asked.pipe(passed);
  },
);
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
