// A port nobody listens on now: for servers that come back on the one they had, and for what is to be refused.
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to whoever asks for any port (Linux: 32768 and up): it is nobody else's meanwhile. */
const FIRST = 12_000;
/** Of each worker of a test run, so that two that run side by side never choose the same. */
const SHARE = 2_000;

const first = FIRST + (Number(process.env["VITEST_POOL_ID"] ?? 0) % 10) * SHARE;
let next = process.pid;

export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % SHARE);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
