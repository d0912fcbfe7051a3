// Peer: node:http that forwards with undici and does nothing else.
import { createServer } from "node:http";
import { Pool } from "undici";

const pool = new Pool(`http://127.0.0.1:${process.env["UPSTREAM"]}`, { connections: 32 });

createServer((request, response) => {
  void pool.stream(
    {
      path: request.url ?? "/",
      method: "GET",
      headers: {
        host: request.headers.host ?? "",
        "user-agent": request.headers["user-agent"] ?? "",
      },
    },
    ({ statusCode, headers }) => response.writeHead(statusCode, headers),
  );
}).listen(Number(process.env["PORT"]), "127.0.0.1", () => process.stdout.write("listening\n"));
