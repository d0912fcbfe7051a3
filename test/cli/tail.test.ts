// `weir tail`: rows as they come, over breaks, until Ctrl-C or the pipe ends.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { readEvents } from "../../src/cli/event-stream.ts";
import { widthOf } from "../../src/cli/format-text.ts";
import { tailLine } from "../../src/cli/tail-line.ts";
import { coloured, plain } from "../../src/cli/terminal.ts";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import type { ListedRow } from "../../src/telemetry/columns.ts";
import { traceRow } from "./support/traces.ts";
import { startWeir } from "./support/weir.ts";

const ROW: ListedRow = {
  ...traceRow(),
  attempts: 1,
  started_at: "2026-11-21T21:40:00.123456789Z",
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  method: "GET",
  path: "/orders/17",
  route: "orders",
  service: "orders",
  principal: "alice",
  decision: "allow",
  upstream: "http://127.0.0.1:4001",
  status: 200,
  duration_ns: 1_240_000,
  error_code: "",
};

describe("a line", () => {
  test.each([40, 72, 80, 109, 110, 140, 250])(
    "is %d columns wide and holds nothing hostile",
    (width) => {
      const rows = [ROW, { ...ROW, path: `/\u001B[2J${"路".repeat(300)}`, principal: "\u009B" }];
      for (const row of rows) {
        const line = tailLine(row, { width, paint: plain });
        expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}/u);
      }
    },
  );

  test.each([
    ["alice", "jwt", /  alice \(jwt\) +orders →/],
    ["", "certificate", /  – \(certificate\) +orders →/],
    ["alice.of.orders", "jwt", /  alice\.of\.orders +orders →/],
    ["", "", /  – +orders →/],
  ])("of %j by %j says how", (principal, auth_method, expected) => {
    const row = { ...ROW, principal, auth_method };
    expect(tailLine(row, { width: 120, paint: plain })).toMatch(expected);
  });

  test("says who and where to, and in red what failed", () => {
    const wide = tailLine(ROW, { width: 120, paint: plain });
    expect(wide).toMatch(
      /200 {3}1\.24 ms {2}GET {5}\/orders\/17 +alice +orders → 127\.0\.0\.1:4001 +4bf92f35$/,
    );
    const failed = { ...ROW, status: 503, error_code: "no_endpoint" };
    const line = tailLine(failed, { width: 120, paint: coloured });
    expect(line).toContain("\u001B[31m503");
    expect(line).toContain("\u001B[31mno_endpoint");
  });
});

test("events survive every way to cut the stream", async () => {
  const text =
    ': hello\r\n\r\nevent: request\ndata: {"path":"/é路"}\n\nevent: skipped\r\ndata: a\r\ndata:b\r\n\r\nevent: lost\ndata: x';
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const events = [];
    for await (const event of readEvents(ReadableStream.from(chunks))) events.push(event);
    expect(events).toEqual([
      { type: "request", data: '{"path":"/é路"}' },
      { type: "skipped", data: "a\nb" },
    ]);
  }
});

describe("weir tail", () => {
  let admin: AdminFixture | undefined;
  let child: ChildProcessWithoutNullStreams | undefined;
  afterEach(async () => {
    child?.kill("SIGKILL");
    await admin?.close();
  });

  /** Starts the stream's server; each connection is a turn of the test. */
  async function start(...args: string[]): Promise<{
    readonly connected: () => Promise<ServerResponse>;
    readonly err: () => string;
    readonly asked: () => string;
    readonly child: ChildProcessWithoutNullStreams;
  }> {
    const waiting: ((response: ServerResponse) => void)[] = [];
    const come: ServerResponse[] = [];
    const fixture = await startAdminFixture({
      "GET /api/v1/requests/stream": (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.flushHeaders();
        const next = waiting.shift();
        if (next === undefined) come.push(response);
        else next(response);
      },
    });
    admin = fixture;
    const started = startWeir(["tail", "--admin", fixture.url, ...args]);
    child = started;
    let err = "";
    started.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    return {
      connected: () => {
        const first = come.shift();
        return first === undefined
          ? new Promise((resolve) => waiting.push(resolve))
          : Promise.resolve(first);
      },
      err: () => err,
      asked: () => fixture.asked.at(-1)?.target ?? "",
      child: started,
    };
  }

  function send(stream: ServerResponse, path: string): void {
    stream.write(`event: request\ndata: ${JSON.stringify({ ...ROW, path })}\n\n`);
  }

  test("passes filters on, prints JSON lines, tells what was skipped, ends on Ctrl-C with 0", async () => {
    const tail = await start(
      "--json",
      "--status",
      "5xx",
      "--min-duration-ms",
      "5",
      "--decision",
      "deny",
    );
    const stream = await tail.connected();
    expect(tail.asked()).toBe(
      "/api/v1/requests/stream?status_class=5xx&decision=deny&min_duration_ms=5",
    );
    send(stream, "/one");
    const [line] = (await once(tail.child.stdout, "data")) as [Buffer];
    expect(JSON.parse(line.toString())).toEqual({ ...ROW, path: "/one" });
    stream.write('event: skipped\ndata: {"rows":120}\n\n');
    await once(tail.child.stderr, "data");
    expect(tail.err()).toBe(
      "weir: 120 requests skipped: they came faster than they could be shown\n",
    );
    tail.child.kill("SIGINT");
    expect(await once(tail.child, "exit")).toEqual([0, null]);
  });

  test("goes on after a break", async () => {
    const tail = await start();
    const first = await tail.connected();
    send(first, "/before");
    await once(tail.child.stdout, "data");
    first.destroy();
    send(await tail.connected(), "/after");
    const [line] = (await once(tail.child.stdout, "data")) as [Buffer];
    expect(line.toString()).toContain("/after");
    await expect.poll(tail.err).toMatch(/broke off.*\n.*is back/);
  });

  test("ends with its reader, quietly", async () => {
    const tail = await start();
    const stream = await tail.connected();
    send(stream, "/one");
    await once(tail.child.stdout, "data");
    tail.child.stdout.destroy();
    const feeding = setInterval(() => send(stream, "/more"), 5);
    expect(await once(tail.child, "exit")).toEqual([0, null]);
    clearInterval(feeding);
    expect(tail.err()).toBe("");
  });

  test("with no weir there at the start it does not wait", async () => {
    child = startWeir(["tail", "--admin", "127.0.0.1:1"]);
    expect(await once(child, "exit")).toEqual([2, null]);
  });
});
