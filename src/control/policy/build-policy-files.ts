// Builds the image of a policy's files: a large one in a thread of its own, so that nobody waits for it.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf } from "../../core/errors.ts";
import type { PolicyBuild } from "../../policy/build-policy.ts";
import type { PolicyImage } from "../../policy/image/policy-image.ts";
import type { PolicyFiles } from "../../policy/options.ts";
import { type PolicySource, revisionOf } from "../../policy/source.ts";
import { shownFile } from "../named-file.ts";
import { readFilledPolicy } from "./policy-source.ts";

/** Plain data: it crosses threads. */
export interface PolicyBuildOrder {
  readonly files: PolicyFiles;
  /** The config's `policy.request`; null: whoever asks sees to it. */
  readonly request: readonly string[] | null;
}

/** About 5,000 rules, built in the time that it takes to start a thread. */
const FEW_CHARS = 256 * 1024;

// Type stripping runs the .ts, the build runs the .js.
const ENTRY = new URL(`./build-policy-thread${extname(import.meta.filename)}`, import.meta.url);

/**
 * One of the images `known` where that is what would come of the files again. Never rejects: files that
 * can't be read are faults like others.
 */
export async function buildPolicyFiles(
  order: PolicyBuildOrder,
  known: readonly PolicyImage[] = [],
): Promise<PolicyBuild> {
  const source = readFilledPolicy(order.files);
  if ("message" in source) return { ok: false, faults: [source] };
  const image = knownImage(known, source, order.request);
  if (image !== undefined) return { ok: true, image };
  return isSmall(source) ? build(source, order) : buildElsewhere(order);
}

function knownImage(
  known: readonly PolicyImage[],
  source: PolicySource,
  request: PolicyBuildOrder["request"],
): PolicyImage | undefined {
  if (known.length === 0) return undefined;
  const revision = revisionOf(source);
  return known.find(
    (image) =>
      image.revision === revision &&
      image.source.modelFile === source.modelFile &&
      image.source.rulesFile === source.rulesFile &&
      (request === null || request.length === image.model.request.length),
  );
}

/** For the thread. */
export async function buildHere(order: PolicyBuildOrder): Promise<PolicyBuild> {
  const source = readFilledPolicy(order.files);
  return "message" in source ? { ok: false, faults: [source] } : build(source, order);
}

async function build(source: PolicySource, { request }: PolicyBuildOrder): Promise<PolicyBuild> {
  // Only where there is a policy: weir should listen soon.
  const { buildPolicy } = await import("../../policy/build-policy.ts");
  return buildPolicy(source, { request });
}

function isSmall({ rulesText }: PolicySource): boolean {
  return rulesText.length <= FEW_CHARS;
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
