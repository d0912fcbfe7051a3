// Explains decisions by the policy in force, in a thread of its own: searching all rules would hold up the main thread.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ExplanationJson, NamedRule } from "../../policy/explain/explanation-json.ts";
import type { PolicyImage } from "../../policy/image/policy-image.ts";
import type { RequestTuple } from "../../policy/request/tuple.ts";

/** Why a request is decided as it is, or which rules are none of those used. */
export type Asked = { readonly request: RequestTuple } | { readonly used: readonly string[] };

export interface ExplainQuestion {
  readonly id: number;
  readonly asked: Asked;
}

export interface UnusedRules {
  readonly revision: string;
  /** All rules; role links left out. */
  readonly rules: number;
  readonly unused_count: number;
  /** The first of them, in the order of the file. */
  readonly unused: readonly NamedRule[];
}

export interface ExplainAnswer {
  readonly id: number;
  readonly answer: ExplanationJson | UnusedRules;
}

type Refusal = "no_policy" | "busy";

/** Each rejects with the thread's failure. */
export interface PolicyExplainer {
  readonly explain: (request: RequestTuple) => Promise<ExplanationJson | Refusal>;
  /** `used` are rules as request rows have them. */
  readonly findUnused: (used: readonly string[]) => Promise<UnusedRules | Refusal>;
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
  const ask = async <Answer extends ExplainAnswer["answer"]>(
    asked: Asked,
  ): Promise<Answer | Refusal> => {
    const inForce = policy();
    if (inForce === null) return "no_policy";
    if (thread?.revision !== inForce.revision || thread.hasEnded) {
      void giveUp();
      thread = new ExplainThread(inForce.image, inForce.revision);
    }
    clearTimeout(idle);
    idle = setTimeout(() => void giveUp(), idleMs).unref();
    // The thread answers each kind of question with its kind of answer.
    return (await thread.ask(asked)) as Answer | Refusal;
  };
  return {
    explain: (request) => ask<ExplanationJson>({ request }),
    findUnused: (used) => ask<UnusedRules>({ used }),
    close: giveUp,
  };
}

interface Waiting {
  readonly resolve: (answer: ExplainAnswer["answer"]) => void;
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
    this.#worker.on("message", ({ id, answer }: ExplainAnswer) => {
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
      if (this.#retired && this.#waiting.size === 0) void this.#worker.terminate();
    });
    this.#worker.on("error", (failure: Error) => this.#fail(failure));
    this.#worker.on("exit", () => this.#fail(new Error("the explaining thread ended")));
  }

  async ask(asked: Asked): Promise<ExplainAnswer["answer"] | "busy"> {
    if (this.#waiting.size >= MOST_WAITING) return "busy";
    const question: ExplainQuestion = { id: this.#asked++, asked };
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
