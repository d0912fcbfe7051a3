// Whose memory a piece of a body is: given away with it only where nobody else looks at what was read with it.
import { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { returning } from "../../src/core/slabs.ts";
import { ClientConnection } from "../../src/downstream/client-connection.ts";
import type { Downstream } from "../../src/downstream/downstream.ts";

const LIMITS = { header_bytes: 4_096, head_ms: 10_000, keep_alive_ms: 65_000 };
const LARGE = 40_000;

interface Taken {
  readonly bytes: number;
  readonly givenAway: boolean;
}

/** What sinks were given when a client's socket read these chunks; each exchange is answered `early` or not at all. */
function taken(chunks: readonly Buffer[], early = false): Taken[] {
  const pieces: Taken[] = [];
  const opened = (downstream: Downstream): void => {
    downstream.readBody(
      {
        data: (piece) =>
          void pieces.push({ bytes: piece.length, givenAway: returning(piece) !== undefined }),
        end: () => early && answer(downstream),
        silent: () => undefined,
      },
      0,
    );
  };
  const socket = new Socket();
  onTestFinished(() => void socket.destroy());
  const failed = (thrown: unknown): never => {
    throw thrown;
  };
  const owner = { limits: LIMITS, opened, failed, refused: () => null, closed: () => undefined };
  const { socket: reader } = new ClientConnection(socket, owner, null);
  for (const chunk of chunks) reader.emit("data", chunk);
  return pieces;
}

function answer(downstream: Downstream): void {
  downstream.sendHead(204, "No Content", []);
  downstream.end(null, []);
}

/** As Node reads: memory of its own, of its size. */
function chunkOf(...parts: (string | number)[]): Buffer {
  const texts = parts.map((part) => (typeof part === "string" ? part : "x".repeat(part)));
  const text = texts.join("");
  const chunk = Buffer.allocUnsafeSlow(text.length);
  chunk.write(text, "latin1");
  return chunk;
}

const post = (bytes: number): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`;
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const size = LARGE.toString(16);

test.each([
  {
    name: "a body behind its own head, and more of it",
    chunks: [chunkOf(post(2 * LARGE), LARGE), chunkOf(LARGE)],
    gives: [
      { bytes: LARGE, givenAway: true },
      { bytes: LARGE, givenAway: true },
    ],
  },
  {
    name: "little: V8 is as good at that",
    chunks: [chunkOf(post(100), 100)],
    gives: [{ bytes: 100, givenAway: false }],
  },
  {
    name: "a part of what lies in larger memory",
    chunks: [Buffer.from(`....${post(LARGE)}${"x".repeat(LARGE)}`).subarray(4)],
    gives: [{ bytes: LARGE, givenAway: false }],
  },
  {
    name: "a body, and the next request with it",
    chunks: [chunkOf(post(LARGE), LARGE, post(LARGE), LARGE)],
    gives: [{ bytes: LARGE, givenAway: false }],
  },
  {
    name: "chunks read at once, and part of a line",
    chunks: [chunkOf(CHUNKED, `${size}\r\n`, LARGE, `\r\n${size}\r\n`, LARGE, "\r")],
    gives: [{ bytes: 2 * LARGE, givenAway: true }],
  },
  {
    name: "chunks to the end of the request",
    chunks: [chunkOf(CHUNKED, `${size}\r\n`, LARGE, "\r\n0\r\n\r\n")],
    gives: [{ bytes: LARGE, givenAway: true }],
  },
])("$name", ({ chunks, gives }) => {
  expect(taken(chunks)).toEqual(gives);
});

test("two requests that are answered within one read: neither, for the first may still be written", () => {
  const both = chunkOf(post(LARGE), LARGE, post(LARGE), LARGE);
  expect(taken([both], true).map(({ givenAway }) => givenAway)).toEqual([false, false]);
});
