// Entry of the receiver's thread: decoding a burst of spans must stall neither the admin side nor the drain.
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { keepCompiled } from "../core/keep-compiled.ts";
import { createLog } from "../core/log.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { createKeyAuthenticator } from "../identity/api-key.ts";
import { createLineSpool, type LineSpool } from "../telemetry/line-spool.ts";
import { type Signal, SIGNALS, STREAMS } from "../telemetry/streams.ts";
import { counting, setting } from "./counts.ts";
import { countingInputs } from "./input-counts.ts";
import { openInputs } from "./inputs.ts";
import { createExports } from "./http/exports.ts";
import { openServer } from "./http/server.ts";
import type { FromReceiver, ReceiverBoot, ToReceiver } from "./receiver-protocol.ts";
import { createSampler } from "./sampling/sampler.ts";

/** How often it is looked whether a trace has waited for its time. */
const TURN_MS = 250;
const log = createLog("info");
const { options, spools, counts, inputCounts } = workerData as ReceiverBoot;
let keys = authenticatorOf(options.keys);

/** A stream that nothing is sent for gets no segment. */
const open = new Map<Signal, LineSpool>(
  SIGNALS.map((signal) => {
    const { rowVersion } = STREAMS[signal];
    const own = { spool: spools[signal], writer: 0, rowVersion };
    return [signal, createLineSpool({ ...own, log, clock: systemClock })];
  }),
);
const count = counting(counts);
const setWaiting = setting(counts);
const append = (stream: Signal, lines: Buffer): boolean => open.get(stream)?.append(lines) ?? false;
const sampler = createSampler({
  options: options.sampling,
  folder: spools.spans.folder,
  keep: (lines) => append("spans", lines),
  told: {
    letGo: (spans) => count("traces", "sampled_out", spans),
    hurried: (traces) => count("traces", "hurried", traces),
    waiting: (spans) => setWaiting("traces", spans),
  },
  nowMs: () => performance.now(),
  log,
});
const turns = setInterval(sampler.turn, TURN_MS);
const exports = createExports({
  maxBodyBytes: options.max_body_bytes,
  keys: () => keys,
  keep: (stream, lines) => (stream === "spans" ? sampler.take(lines) : append(stream, lines)),
  count,
  nowMs: Date.now,
  log,
});

try {
  const inputs = await openInputs({
    options,
    folder: spools.logs.folder,
    keep: (lines) => append("logs", lines),
    count: countingInputs(inputCounts),
    clock: systemClock,
    log,
  });
  const server = await openServer(options.listen, (request, response) => {
    void exports(request, response);
  });
  parentPort?.on("message", (message: ToReceiver) => {
    if (message.kind === "keys") keys = authenticatorOf(message.keys);
    else if (message.kind === "sampling") sampler.replace(message.sampling);
    else void Promise.all([server.close(), inputs.close()]).then(end);
  });
  tell({ kind: "listening", port: server.port, syslogPorts: inputs.syslogPorts });
  keepCompiled();
} catch (thrown) {
  tell({ kind: "failed", reason: messageOf(thrown) });
}

function end(): void {
  clearInterval(turns);
  sampler.close();
  for (const spool of open.values()) spool.close();
  parentPort?.close();
}

/** Whose key it is makes no difference to what is taken. */
function authenticatorOf(texts: readonly string[]): Authenticator | null {
  if (texts.length === 0) return null;
  const known = texts.map((key) => ({ key, subject: "sender", roles: [], attributes: {} }));
  return createKeyAuthenticator(known);
}

function tell(message: FromReceiver): void {
  parentPort?.postMessage(message);
}
