// The service behind every peer: a small JSON answer, as cheap as node:http makes it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const BODY = JSON.stringify({ id: 1, item: "anvil", quantity: 2, note: "x".repeat(180) });

const server = createServer((_request, response) => {
  response.writeHead(200, [
    "Content-Type",
    "application/json",
    "Content-Length",
    String(BODY.length),
  ]);
  response.end(BODY);
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});
