// Runs code in a data worker of a real weir through Node's own inspector: how a test makes a thread die.
import { once } from "node:events";
import type { WeirProcess } from "./weir-process.ts";

/** Environment of a weir whose threads a test wants to reach. */
export const INSPECTED: NodeJS.ProcessEnv = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

export interface WorkerInspector {
  /** Evaluates an expression in the data worker of that index; does not wait for its value. */
  readonly run: (index: number, expression: string) => void;
  readonly close: () => void;
}

interface Attached {
  readonly sessionId: string;
  readonly workerInfo: { readonly title: string };
}

interface Message {
  readonly method?: string;
  readonly params?: Attached;
}

/** The weir must have been started with `INSPECTED`. */
export async function inspectWorkers(weir: WeirProcess, workers: number): Promise<WorkerInspector> {
  const url = /ws:\/\/127\.0\.0\.1:\S+/.exec(weir.errors())?.[0] ?? "";
  const socket = new WebSocket(url);
  await once(socket, "open");
  const sessions = new Map<number, string>();
  let calls = 0;
  const call = (method: string, params: object): void =>
    socket.send(JSON.stringify({ id: ++calls, method, params }));
  await new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as Message;
      if (method !== "NodeWorker.attachedToWorker" || params === undefined) return;
      const index = /weir-data-(\d+)/.exec(params.workerInfo.title)?.[1];
      if (index !== undefined) sessions.set(Number(index), params.sessionId);
      if (sessions.size === workers) resolve();
    });
    call("NodeWorker.enable", { waitForDebuggerOnStart: false });
  });
  return {
    run(index, expression) {
      const message = { id: 1, method: "Runtime.evaluate", params: { expression } };
      const sessionId = sessions.get(index);
      call("NodeWorker.sendMessageToWorker", { sessionId, message: JSON.stringify(message) });
    },
    close: () => socket.close(),
  };
}
