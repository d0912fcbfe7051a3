// Entry of the receiver's thread: decoding a burst of spans must stall neither the admin side nor the drain.
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { keepCompiled } from "../core/keep-compiled.ts";
import { createLog } from "../core/log.ts";
import { createTicketSecrets } from "../core/ticket-secrets.ts";
import { createLineSpool, type LineSpool } from "../telemetry/line-spool.ts";
import { type Signal, SIGNALS, STREAMS } from "../telemetry/streams.ts";
import { counting, setting } from "./counts.ts";
import { countingInputs } from "./input-counts.ts";
import { openInputs } from "./inputs.ts";
import { createExports } from "./http/exports.ts";
import { createSenders, type IsSender } from "./http/senders.ts";
import { openServer } from "./http/server.ts";
import type { FromReceiver, ReceiverBoot, ToReceiver } from "./receiver-protocol.ts";
import { createSampler } from "./sampling/sampler.ts";

/** How often it is looked whether a trace has waited for its time. */
const TURN_MS = 250;
const log = createLog("info");
const { options, tls, spools, counts, inputCounts } = workerData as ReceiverBoot;

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
let isSender: IsSender = () => false;
const exports = createExports({
  maxBodyBytes: options.max_body_bytes,
  isSender: (request) => isSender(request),
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
  const server = await openServer(
    {
      listen: options.listen,
      tls,
      ticketSecrets: createTicketSecrets(),
      handshakeFailed: (reason, address) => tell({ kind: "handshake_failed", reason, address }),
    },
    (request, response) => void exports(request, response),
  );
  const byCertificate = tls !== null && tls.clients !== null;
  const letIn = (keys: readonly string[]): void => {
    isSender = createSenders({ keys, byCertificate, tlsOf: server.tlsOf });
  };
  letIn(options.keys);
  parentPort?.on("message", (message: ToReceiver) => {
    if (message.kind === "keys") letIn(message.keys);
    else if (message.kind === "tls") server.renew(message.tls);
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

function tell(message: FromReceiver): void {
  parentPort?.postMessage(message);
}
