// Entry of the thread that explains decisions: attaches one policy, then answers for as long as it is asked.
import { parentPort, workerData } from "node:worker_threads";
import { createExplainer, type Explainer } from "../policy/explain.ts";
import { explanationJson } from "../policy/explanation-json.ts";
import { attachImage } from "../policy/image/attach-image.ts";
import type { PolicyImage } from "../policy/image/policy-image.ts";
import type { ExplainAnswer, ExplainQuestion } from "./policy-explainer.ts";

const loading = load(workerData as PolicyImage);

parentPort?.on("message", ({ id, request }: ExplainQuestion) => {
  void loading.then((explainer) => {
    const answer: ExplainAnswer = { id, explanation: explanationJson(explainer.explain(request)) };
    parentPort?.postMessage(answer);
  });
});

/** A rejection ends the thread, and so answers all that wait: the policy is one that workers have attached. */
async function load(image: PolicyImage): Promise<Explainer> {
  const { policy, snapshot } = await attachImage(image);
  return createExplainer(policy, snapshot);
}
