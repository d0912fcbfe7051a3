// A data worker that serves nothing: it does to itself what its config revision says.
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerBoot } from "../../../src/proxy/worker-protocol.ts";

const { index, source, port } = workerData as WorkerBoot;
const tell = (message: FromWorker): void => parentPort?.postMessage(message);

/** The first listens at once in all cases, so that the fleet comes up. */
if (source.revision === "dies-at-once" && index === 1) {
  tell({ kind: "listening", port });
  throw new Error("dies at once");
}
if (source.revision === "slow-start") await new Promise((resolve) => setTimeout(resolve, 300));
if (source.revision === "cannot-start" && index === 1) {
  tell({ kind: "failed", reason: "port taken" });
}
tell({ kind: "listening", port: port || 4000 });

let current = source.revision;
parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "drain") return parentPort?.close();
  const { revision } = message.source;
  if (revision === "die") process.exit(3);
  if (revision === "which")
    return tell({ kind: "swapped", revision, fault: `${index}:${current}` });
  const refused = revision === "refused-by-one" && index === 1;
  if (!refused) current = revision;
  return tell({ kind: "swapped", revision, fault: refused ? "no" : null });
});
