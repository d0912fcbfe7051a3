// A data worker that serves nothing: it does to itself what its config revision says.
import { parentPort } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerBoot } from "../../../src/proxy/worker-protocol.ts";

const tell = (message: FromWorker): void => parentPort?.postMessage(message);

let started: Promise<MortalWorker | null> = Promise.resolve(null);

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "boot") started = start(message.boot);
  else if (message.kind === "drain") parentPort?.close();
  else if (message.kind === "snapshot") {
    void started.then((worker) => worker?.swap(message.source.revision, message.publication));
  }
});

interface MortalWorker {
  readonly swap: (revision: string, publication: number) => void;
}

/** The first listens at once in all cases, so that the fleet comes up. */
async function start({ index, source, ports }: WorkerBoot): Promise<MortalWorker> {
  if (source.revision === "dies-at-once" && index === 1) {
    tell({ kind: "listening", ports });
    setImmediate(() => {
      throw new Error("dies at once");
    });
  }
  if (source.revision === "slow-start") await new Promise((resolve) => setTimeout(resolve, 300));
  if (source.revision === "cannot-start" && index === 1) {
    tell({ kind: "failed", reason: "port taken" });
  }
  tell({ kind: "listening", ports: { http: ports.http || 4000, https: 0 } });
  let current = source.revision;
  return {
    swap(revision, publication) {
      if (revision === "die") process.exit(3);
      if (revision === "which") {
        tell({ kind: "swapped", publication, fault: `${index}:${current}` });
        return;
      }
      const refused = revision === "refused-by-one" && index === 1;
      if (!refused) current = revision;
      tell({ kind: "swapped", publication, fault: refused ? "no" : null });
    },
  };
}
