// Explains decisions by the policy in force, in a thread of its own: searching all rules would hold up the main thread.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ExplanationJson } from "../policy/explanation-json.ts";
import type { PolicyImage } from "../policy/image/policy-image.ts";
import type { RequestTuple } from "../policy/tuple.ts";

export interface ExplainQuestion {
  readonly id: number;
  readonly request: RequestTuple;
}

export interface ExplainAnswer {
  readonly id: number;
  readonly explanation: ExplanationJson;
}

export interface PolicyExplainer {
  /** Rejects with the thread's failure. */
  readonly explain: (request: RequestTuple) => Promise<ExplanationJson | "no_policy" | "busy">;
  readonly close: () => Promise<void>;
}

export interface PolicyExplainerParts {
  readonly policy: () => { readonly image: PolicyImage; readonly revision: string } | null;
  /** The thread, and the rules it holds, are given up after so long without a question. */
  readonly idleMs?: number;
}

const IDLE_MS = 5 * 60_000;
const MOST_WAITING = 64;

// Type stripping runs explain-thread.ts, the build runs explain-thread.js.
const ENTRY = new URL(`./explain-thread${extname(import.meta.filename)}`, import.meta.url);

/** Starts nothing until it is asked. */
export function createPolicyExplainer({
  policy,
  idleMs = IDLE_MS,
}: PolicyExplainerParts): PolicyExplainer {
  let thread: ExplainThread | null = null;
  let idle: NodeJS.Timeout | undefined;
  const giveUp = async (): Promise<void> => {
    clearTimeout(idle);
    const left = thread;
    thread = null;
    await left?.retire();
  };
  return {
    async explain(request) {
      const inForce = policy();
      if (inForce === null) return "no_policy";
      if (thread?.revision !== inForce.revision || thread.hasEnded) {
        void giveUp();
        thread = new ExplainThread(inForce.image, inForce.revision);
      }
      clearTimeout(idle);
      idle = setTimeout(() => void giveUp(), idleMs).unref();
      return thread.ask(request);
    },
    close: giveUp,
  };
}

interface Waiting {
  readonly resolve: (explanation: ExplanationJson) => void;
  readonly reject: (failure: Error) => void;
}

/** One policy's thread. */
class ExplainThread {
  readonly revision: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #retired = false;
  hasEnded = false;

  constructor(image: PolicyImage, revision: string) {
    this.revision = revision;
    this.#worker = new Worker(ENTRY, { name: "weir-explain", workerData: image });
    this.#worker.unref();
    this.#worker.on("message", ({ id, explanation }: ExplainAnswer) => {
      this.#waiting.get(id)?.resolve(explanation);
      this.#waiting.delete(id);
      if (this.#retired && this.#waiting.size === 0) void this.#worker.terminate();
    });
    this.#worker.on("error", (failure: Error) => this.#fail(failure));
    this.#worker.on("exit", () => this.#fail(new Error("the explaining thread ended")));
  }

  async ask(request: RequestTuple): Promise<ExplanationJson | "busy"> {
    if (this.#waiting.size >= MOST_WAITING) return "busy";
    const question: ExplainQuestion = { id: this.#asked++, request };
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { resolve, reject });
      this.#worker.postMessage(question);
    });
  }

  /** Whoever waits still gets an answer. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#waiting.size === 0) await this.#worker.terminate();
  }

  #fail(failure: Error): void {
    this.hasEnded = true;
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
  }
}
