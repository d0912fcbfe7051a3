// Entry of the thread that explains decisions: loads one policy once, then answers for as long as it is asked.
import { parentPort, workerData } from "node:worker_threads";
import { createExplainer, type Explainer } from "../policy/explain.ts";
import { explanationJson } from "../policy/explanation-json.ts";
import { loadPolicy } from "../policy/load.ts";
import type { PolicySource } from "../policy/source.ts";
import type { ExplainAnswer, ExplainQuestion } from "./policy-explainer.ts";

const loading = load(workerData as PolicySource);

parentPort?.on("message", ({ id, request }: ExplainQuestion) => {
  void loading.then((explainer) => {
    const answer: ExplainAnswer = { id, explanation: explanationJson(explainer.explain(request)) };
    parentPort?.postMessage(answer);
  });
});

/** A rejection ends the thread, and so answers all that wait: the policy is one that workers have loaded. */
async function load(source: PolicySource): Promise<Explainer> {
  const loaded = await loadPolicy(source, { request: null });
  if (loaded.ok) return createExplainer(loaded.policy, loaded.snapshot);
  throw new Error(`the policy in force can't be loaded: ${loaded.faults[0]?.message ?? ""}`);
}
