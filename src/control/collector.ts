// The OTLP receiver as far as the config asks for one; its code is loaded only then.
import type { CollectorCounts } from "../collector/counts.ts";
import type { InputCounts } from "../collector/input-counts.ts";
import type { Receiver } from "../collector/receiver.ts";
import type { Config, ListenAddress } from "../config/config.ts";
import type { Log } from "../core/log.ts";
import type { SignalSpools } from "../telemetry/drains.ts";

export interface Collector {
  /** Rejects where the address can't be listened on. */
  readonly start: () => Promise<void>;
  /** Of a config that came into force, what needs no restart. */
  readonly take: (next: Config) => void;
  /** null: nothing is received. */
  readonly state: () => CollectorState | null;
  /** Requests in flight may end; what was answered is in the spool. */
  readonly close: () => Promise<void>;
}

interface CollectorState {
  /** With the real port where the config says 0. */
  readonly listen: ListenAddress;
  readonly counts: CollectorCounts;
  readonly inputs: InputCounts;
}

export function createCollector(
  { collector: options }: Config,
  parts: { readonly spools: SignalSpools; readonly log: Log },
): Collector {
  let receiver: Receiver | null = null;
  return {
    async start() {
      if (options === null) return;
      const { startReceiver } = await import("../collector/receiver.ts");
      receiver = await startReceiver({ ...parts, options });
    },
    take({ collector }) {
      if (collector === null) return;
      receiver?.replaceKeys(collector.keys);
      receiver?.replaceSampling(collector.sampling);
    },
    state: () =>
      receiver && {
        listen: receiver.address,
        counts: receiver.counts(),
        inputs: receiver.inputs(),
      },
    async close() {
      await receiver?.close();
    },
  };
}
