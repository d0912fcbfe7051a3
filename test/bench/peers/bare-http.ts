// Peer: node:http that answers by itself, the floor under everything in Node.
import { createServer } from "node:http";

const BODY = JSON.stringify({ id: 1, item: "anvil", quantity: 2, note: "x".repeat(180) });

createServer((_request, response) => {
  response.writeHead(200, [
    "Content-Type",
    "application/json",
    "Content-Length",
    String(BODY.length),
  ]);
  response.end(BODY);
}).listen(Number(process.env["PORT"]), "127.0.0.1", () => process.stdout.write("listening\n"));
