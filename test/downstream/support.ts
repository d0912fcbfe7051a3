// Reads bytes with the request parser alone, one request after the other, as a connection would.
import { expect } from "vitest";
import { WeirError } from "../../src/core/errors.ts";
import type { BodyFraming } from "../../src/downstream/downstream.ts";
import { RequestParser } from "../../src/downstream/request-parser.ts";

export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly fields: readonly string[];
  readonly framing: BodyFraming;
  readonly upgrade: string;
  readonly keepAlive: boolean;
  body: string;
  trailers: readonly string[];
  /** Read to its end. */
  whole: boolean;
}

export interface Reading {
  /** Those whose head was read. */
  readonly requests: ReadRequest[];
  /** idle (nothing begun), open (more bytes are needed), last (nothing may follow) or an error code. */
  end: string;
}

/** Throws what is no WeirError of the client's making, and where bytes are not taken up. */
export function readRequests(pieces: readonly string[], maxHeadBytes = 1024): Reading {
  const reading: Reading = { requests: [], end: "idle" };
  const parser = new RequestParser(maxHeadBytes);
  try {
    for (const piece of pieces) {
      if (reading.end === "last") break;
      readPiece(parser, Buffer.from(piece, "latin1"), reading);
    }
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(WeirError);
    expect((thrown as WeirError).source).toBe("client");
    reading.end = (thrown as WeirError).code;
  }
  return reading;
}

function readPiece(parser: RequestParser, bytes: Buffer, reading: Reading): void {
  let at = 0;
  while (at < bytes.length && reading.end !== "last") {
    const known = parser.head;
    const next = parser.feed(bytes, at);
    if (next <= at || next > bytes.length) throw new Error(`stuck at ${at}, then ${next}`);
    const { start, end } = parser.body;
    if (known === null && parser.head !== null) open(parser, reading);
    if (parser.head !== null) {
      reading.requests.at(-1)!.body += bytes.toString("latin1", start, end);
    }
    at = next;
    settle(parser, reading);
  }
}

function open(parser: RequestParser, { requests }: Reading): void {
  const { method, target, httpVersion, headers, body: framing, upgrade } = parser.head!;
  const { keepAlive } = parser;
  const fields = headers.raw;
  const read = { method, target, httpVersion, fields, framing, upgrade, keepAlive };
  requests.push({ ...read, body: "", trailers: [], whole: false });
}

function settle(parser: RequestParser, reading: Reading): void {
  const request = reading.requests.at(-1);
  reading.end = parser.begun ? "open" : "idle";
  if (parser.head?.body === "unclear") reading.end = "last";
  if (!parser.done || request === undefined) return;
  request.trailers = parser.trailers;
  request.whole = true;
  const more = request.keepAlive && request.upgrade === "" && request.method !== "CONNECT";
  reading.end = more ? "idle" : "last";
  parser.next();
}

/** The text in pieces that end at the given indexes. */
export function cutAt(text: string, cuts: readonly number[]): string[] {
  const sorted = [...cuts].sort((a, b) => a - b);
  const ends = [...sorted, text.length];
  return ends.map((end, nth) => text.slice(sorted[nth - 1] ?? 0, end));
}
