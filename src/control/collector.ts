// The OTLP receiver as far as the config asks for one; its code is loaded only then.
import type { CollectorCounts } from "../collector/counts.ts";
import type { InputCounts } from "../collector/input-counts.ts";
import type { Receiver, ReceiverParts } from "../collector/receiver.ts";
import type { Config, ListenAddress } from "../config/config.ts";
import type { SignalSpools } from "../telemetry/drains.ts";
import type { LoadedTls } from "./tls/tls-files.ts";

export interface Collector {
  /** Rejects where the address can't be listened on. */
  readonly start: () => Promise<void>;
  /** Of a config that came into force, what needs no restart. */
  readonly take: (next: CollectorConfig) => void;
  /** null: nothing is received. */
  readonly state: () => CollectorState | null;
  /** Requests in flight may end; what was answered is in the spool. */
  readonly close: () => Promise<void>;
}

/** Of what is in force. */
export interface CollectorConfig {
  readonly config: Config;
  readonly tls: Pick<LoadedTls, "collector">;
}

interface CollectorState {
  /** With the real port where the config says 0. */
  readonly listen: ListenAddress;
  readonly isSecure: boolean;
  readonly counts: CollectorCounts;
  readonly inputs: InputCounts;
  /** Of its thread, after each of which another one began. */
  readonly deaths: number;
}

export function createCollector(
  { config: { collector: options }, tls: { collector: tls } }: CollectorConfig,
  parts: Pick<ReceiverParts, "log" | "handshakeFailed"> & { readonly spools: SignalSpools },
): Collector {
  let receiver: Receiver | null = null;
  return {
    async start() {
      if (options === null) {
        const { releaseLeft } = await import("../collector/sampling/release-left.ts");
        return releaseLeft(parts.spools.spans, parts.log);
      }
      const { startReceiver } = await import("../collector/receiver.ts");
      receiver = await startReceiver({ ...parts, options, tls });
    },
    take({ config: { collector }, tls }) {
      if (collector === null) return;
      receiver?.renew(tls.collector);
      receiver?.replaceKeys(collector.keys);
      receiver?.replaceSampling(collector.sampling);
    },
    state: () =>
      receiver && {
        listen: receiver.address,
        isSecure: receiver.isSecure,
        counts: receiver.counts(),
        inputs: receiver.inputs(),
        deaths: receiver.deaths(),
      },
    async close() {
      await receiver?.close();
    },
  };
}
