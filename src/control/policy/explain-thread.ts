// Entry of the thread that explains decisions: attaches one policy, then answers for as long as it is asked.
import { parentPort, workerData } from "node:worker_threads";
import type { CheckedPolicy } from "../../policy/engine.ts";
import { createExplainer, type Explainer } from "../../policy/explain/explain.ts";
import { explanationJson } from "../../policy/explain/explanation-json.ts";
import { attachImage } from "../../policy/image/attach-image.ts";
import type { PolicyImage } from "../../policy/image/policy-image.ts";
import { unusedRules } from "../../policy/propose/unused.ts";
import type { Asked, ExplainAnswer, ExplainQuestion, UnusedRules } from "./policy-explainer.ts";

interface Loaded {
  readonly policy: CheckedPolicy;
  readonly explainer: Explainer;
}

/** Rules shown of those unused. */
const MOST_UNUSED = 200;

const loading = load(workerData as PolicyImage);

parentPort?.on("message", ({ id, asked }: ExplainQuestion) => {
  void loading.then((loaded) => {
    const answer: ExplainAnswer = { id, answer: answerOf(loaded, asked) };
    parentPort?.postMessage(answer);
  });
});

function answerOf({ policy, explainer }: Loaded, asked: Asked): ExplainAnswer["answer"] {
  if ("request" in asked) return explanationJson(explainer.explain(asked.request));
  return unusedOf(policy, explainer.revision, asked.used);
}

function unusedOf(
  { rules }: CheckedPolicy,
  revision: string,
  used: readonly string[],
): UnusedRules {
  const unused = unusedRules(rules, new Set(used));
  return {
    revision,
    rules: rules.length,
    unused_count: unused.length,
    unused: unused
      .slice(0, MOST_UNUSED)
      .map(({ text, source }) => ({ rule: text, rule_source: source })),
  };
}

/** A rejection ends the thread, and so answers all that wait: the policy is one that workers have attached. */
async function load(image: PolicyImage): Promise<Loaded> {
  const { policy, snapshot } = await attachImage(image);
  return { policy, explainer: createExplainer(policy, snapshot) };
}
