// Bodies that are held at the same time have a limit together, whatever became of those before.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { createBodyReader } from "../../src/collector/http/body.ts";

const bodies = createBodyReader({ maxBytes: 1_000, heldBytes: 1_500 });
let heldOnes = 0;
/** Of the newest request, in bytes. */
let arrived = 0;
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  heldOnes++;
  arrived = 0;
  const reading = bodies.read(request);
  request.on("data", (chunk: Buffer) => (arrived += chunk.length));
  const body = await reading;
  heldOnes--;
  bodies.release(body);
  response.end(body.ok ? `whole ${body.bytes.length}` : body.fault);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A sender that has said how much comes, and sent some of it. */
function begin(length: number, sent: number): Socket {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${"x".repeat(sent)}`,
  );
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (data: string) => (text += data));
  await expect.poll(() => text, { interval: 5 }).toMatch(/\r\n\r\n\w+/);
  return text.split("\r\n\r\n")[1] ?? "";
}

async function whole(length: number): Promise<string> {
  const socket = begin(length, length);
  const answer = await answerOf(socket);
  socket.destroy();
  return answer.replace(/^\w+\r\n/, "").trim();
}

test("what is over its own limit, by what it says or by what comes, is too large", async () => {
  expect(await whole(1_000)).toContain("whole 1000");
  expect(await whole(1_001)).toContain("too_large");
});

test("bodies of before no longer count, and not twice either", async () => {
  for (let sent = 0; sent < 5; sent++) expect(await whole(1_000)).toContain("whole");
  const gone = begin(1_000, 900);
  await expect.poll(() => heldOnes, { interval: 5 }).toBe(1);
  gone.destroy();
  await expect.poll(() => heldOnes, { interval: 5 }).toBe(0);
  // 900 of one and 700 of another one are too much together.
  const waits = begin(1_000, 900);
  await expect.poll(() => arrived, { interval: 5 }).toBe(900);
  expect(await whole(700)).toContain("throttled");
  waits.write("x".repeat(100));
  expect(await answerOf(waits)).toContain("whole 1000");
  expect(await whole(700)).toContain("whole");
});
