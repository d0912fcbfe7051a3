// Entry of the thread that builds a large policy: reads its files, posts the image or the faults, and ends.
import { parentPort, workerData } from "node:worker_threads";
import { buildHere, type PolicyBuildOrder } from "./build-policy-files.ts";

// Loaded for its code only where there is no port.
if (parentPort !== null) parentPort.postMessage(await buildHere(workerData as PolicyBuildOrder));
