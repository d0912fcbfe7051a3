// Builds the image of a policy's files: a large one in a thread of its own, so that nobody waits for it.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf } from "../core/errors.ts";
import { statsOf } from "../core/folder.ts";
import type { PolicyBuild } from "../policy/build-policy.ts";
import type { PolicyFiles } from "../policy/options.ts";
import { readFilledPolicy, shownFile } from "./policy-source.ts";

/** Plain data: it crosses threads. */
export interface PolicyBuildOrder {
  readonly files: PolicyFiles;
  /** The config's `policy.request`; null: whoever asks sees to it. */
  readonly request: readonly string[] | null;
}

/** About 5,000 rules, built in the time that it takes to start a thread. */
const FEW_BYTES = 256 * 1024;

// Type stripping runs the .ts, the build runs the .js.
const ENTRY = new URL(`./build-policy-thread${extname(import.meta.filename)}`, import.meta.url);

/** Never rejects: files that can't be read are faults like others. */
export async function buildPolicyFiles(order: PolicyBuildOrder): Promise<PolicyBuild> {
  return isSmall(order.files) ? buildHere(order) : buildElsewhere(order);
}

/** For the thread, too. */
export async function buildHere({ files, request }: PolicyBuildOrder): Promise<PolicyBuild> {
  const source = readFilledPolicy(files);
  if ("message" in source) return { ok: false, faults: [source] };
  // Only where there is a policy: weir should listen soon.
  const { buildPolicy } = await import("../policy/build-policy.ts");
  return buildPolicy(source, { request });
}

/** Whoever can't be asked for its size can't be read either, which takes no time to find out. */
function isSmall({ rules }: PolicyFiles): boolean {
  return (statsOf(rules)?.size ?? 0) <= FEW_BYTES;
}

function buildElsewhere(order: PolicyBuildOrder): Promise<PolicyBuild> {
  return new Promise((resolve) => {
    const thread = new Worker(ENTRY, { name: "weir-policy", workerData: order });
    const failed = (cause: string): void => {
      const message = `this policy can't be built: ${cause}`;
      resolve({ ok: false, faults: [{ file: shownFile(order.files.rules), line: 0, message }] });
    };
    thread.once("message", (build: PolicyBuild) => resolve(build));
    thread.once("error", (thrown) => failed(messageOf(thrown)));
    // Out of memory, for one; after a message this comes to nothing.
    thread.once("exit", () => failed("its thread ended"));
  });
}
