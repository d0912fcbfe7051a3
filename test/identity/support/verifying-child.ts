// A thread that has verified a password, says so, and has nothing left to do once it is told.
import { parentPort } from "node:worker_threads";
import { decoyHash } from "../../../src/identity/password-hash.ts";
import { createPasswordVerifier } from "../../../src/identity/password-verifier.ts";

parentPort?.on("message", () => parentPort?.close());
const hash = decoyHash({ memoryKib: 4_096, passes: 1, parallelism: 1 });
parentPort?.postMessage(await createPasswordVerifier()("any password", hash));
