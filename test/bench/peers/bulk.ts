// Answers GET /N with N bytes, over TLS where CERT and KEY name files: the upstream, and the bare node:https server.
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

const CHUNK = Buffer.alloc(65_536, "weir");
const { CERT = "", KEY = "" } = process.env;

const answer: RequestListener = (request, reply) => {
  let left = Number((request.url ?? "/").slice(1)) || 0;
  reply.setHeader("content-length", left);
  const more = (): void => {
    while (left > 0) {
      const piece = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
      left -= piece.length;
      if (!reply.write(piece) && left > 0) return void reply.once("drain", more);
    }
    reply.end();
  };
  more();
};

const server =
  CERT === ""
    ? createServer(answer)
    : createSecureServer({ cert: readFileSync(CERT), key: readFileSync(KEY) }, answer);
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
