// Clients that move a byte now and then are slow, not silent; those that only wait are neither.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Pace, PaceMeter } from "../../src/downstream/pace.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { pause, serve, type Served } from "./serve.ts";

const PACE: Pace = { minBytesPerS: 100, windowMs: 1_000 };

describe("a body", () => {
  // At each half second so many bytes have come in all; null: it was not waited for.
  const cases: [name: string, bytes: (number | null)[], slowAt: number | null][] = [
    ["never judged within the first window", [0, 0], null],
    ["silent for a window", [0, 0, 0], 2],
    ["just fast enough", [0, 50, 100, 150, 200], null],
    ["just too slow", [0, 50, 99], 2],
    ["fast at first, which is no credit for later", [0, 9_000, 90_000, 90_010, 90_050], 4],
    ["in pauses of the upstream's", [0, 10, null, 10, 20, null, 20, 30], null],
    ["slow after such a pause", [0, null, 10, 20, 30], 4],
  ];
  it.each(cases)("%s", (_, bytes, slowAt) => {
    const meter = new PaceMeter();
    const found = bytes.findIndex((received, nth) => {
      if (received !== null) return meter.isBodySlow(5_000 + nth * 500, received, PACE);
      meter.restBody();
      return false;
    });
    expect(found).toBe(slowAt ?? -1);
  });

  it("may be of any pace without a rate", () => {
    const meter = new PaceMeter();
    const any = { minBytesPerS: 0, windowMs: 1_000 };
    for (let ms = 0; ms < 60_000; ms += 500) expect(meter.isBodySlow(ms, 0, any)).toBe(false);
  });
});

describe("a reader", () => {
  // At each half second: bytes written in all, and those of them that wait.
  const cases: [name: string, outlet: [written: number, waiting: number][], slowAt: number][] = [
    ["with nothing to read", Array.from({ length: 20 }, () => [5, 0]), -1],
    ["of nothing, though 100 bytes wait", Array.from({ length: 6 }, () => [100, 100]), 4],
    // 300 bytes have a window and three seconds.
    ["of one byte now and then", Array.from({ length: 12 }, (_, n) => [300, 300 - n]), 8],
    [
      "of writes that go one after the other",
      Array.from({ length: 40 }, (_, n) => [300 + 300 * n, 300]),
      -1,
    ],
    [
      "that catches up between",
      [
        [200, 200],
        [200, 100],
        [200, 0],
        [400, 200],
        [400, 200],
        [400, 200],
        [400, 0],
      ],
      -1,
    ],
  ];
  it.each(cases)("%s", (_, outlet, slowAt) => {
    const meter = new PaceMeter();
    const found = outlet.findIndex(([bytesWritten, writableLength], nth) =>
      meter.isReaderSlow(nth * 500, { bytesWritten, writableLength }, PACE),
    );
    expect(found).toBe(slowAt);
  });
});

/** Until weir has looked at its connections. */
const swept = (): Promise<void> => pause(150);

/** Lets the time of sweeps leap. */
function leaping(): (ms: number) => void {
  const nowMs = performance.now.bind(performance);
  let aheadMs = 0;
  const spy = vi.spyOn(performance, "now").mockImplementation(() => nowMs() + aheadMs);
  onTestFinished(() => {
    spy.mockRestore();
  });
  return (ms) => (aheadMs += ms);
}

describe("a connection", () => {
  const limits = { head_ms: 200 }; // makes sweeps frequent
  const pace = { minBytesPerS: 1_000, windowMs: 300 };

  it("whose body comes byte by byte: its sink is told, once and again", async () => {
    await using server = await serve({ limits });
    using client = await connectRaw(server.port);
    client.send(requestText("POST /", { "Content-Length": "1000000" }));
    const served = await server.exchange(0);
    served.downstream.pace = pace;
    served.read(10_000);
    const drip = setInterval(() => client.send("x"), 20);
    const isTold = ({ silences, body }: Served): boolean => silences > 1 && body.length > 10;
    await served.until(isTold).finally(() => clearInterval(drip));
  });

  it("whose body the upstream does not take is not slow", async () => {
    const leap = leaping();
    await using server = await serve({ limits });
    using client = await connectRaw(server.port);
    client.send(requestText("POST /", { "Content-Length": "10" }, "01234"));
    const served = await server.exchange(0);
    served.downstream.pace = { ...pace, windowMs: 60_000 };
    served.read(10_000);
    await served.until(({ body }) => body.length === 5);
    served.downstream.pauseBody();
    await swept();
    leap(120_000);
    await swept();
    served.downstream.resumeBody();
    client.send("56789");
    await served.until(({ trailers }) => trailers !== null);
    expect(served.silences).toBe(0);
  });

  it.each([
    ["in the middle of a reply", false],
    ["behind its last byte", true],
  ])("that takes nothing is cut %s", async (_, whole) => {
    await using server = await serve({ limits });
    using client = await connectRaw(server.port);
    client.socket.pause();
    client.send(requestText("GET /"));
    const served = await server.exchange(0);
    const { downstream } = served;
    downstream.pace = { minBytesPerS: 1_048_576, windowMs: 200 };
    const piece = Buffer.alloc(6_000_000);
    downstream.sendHead(200, "OK", ["Content-Length", String(whole ? piece.length : 1e12)]);
    if (whole) downstream.end(piece, []);
    else {
      downstream.write(piece);
      await served.until(({ told }) => told.length > 0);
      expect(served.told.map(({ code }) => code)).toEqual(["client_too_slow"]);
    }
    // Ends with the last connection.
    await server.drain(60_000);
  });

  it("that waits for what is not there yet may wait", async () => {
    await using server = await serve({ limits });
    using client = await connectRaw(server.port);
    client.send(requestText("GET /"));
    const { downstream, told } = await server.exchange(0);
    downstream.pace = pace;
    downstream.sendHead(200, "OK", ["Content-Type", "text/event-stream"]);
    downstream.flushHead();
    await pause(800);
    downstream.end("data: 1\n\n", []);
    expect((await client.response()).text).toBe("data: 1\n\n");
    expect(told).toEqual([]);
  });
});
