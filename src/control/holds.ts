// Endpoints that somebody took out for a while, or gave less weight: workers know, a restart keeps it, it is over by itself.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  eased,
  type HeldEndpoint,
  type Hold,
  type HoldAnswer,
  isOut,
  isSameEndpoint,
  leftOf,
  usableOf,
} from "../balancer/hold.ts";
import type { ServiceOptions } from "../balancer/options.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { makeFolder } from "../core/folder.ts";
import type { Log } from "../core/log.ts";
import { replaceFile } from "../core/replace-file.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { DataPlane } from "./data-plane.ts";

export interface Holds {
  /** Those that are not over. */
  readonly list: () => readonly Hold[];
  /** One of the same endpoint is replaced. `leastLeft`: part of the service's endpoints that must stay in. Once it is held, it is on disk. */
  readonly add: (hold: Hold, leastLeft?: number) => HoldAnswer;
  /** undefined: there is none. */
  readonly remove: (endpoint: HeldEndpoint) => Hold | undefined;
  /** Before these services come into force: lets go where no endpoint would be left. */
  readonly prepare: (services: Services) => void;
  /** A config with the weights that are in force by this. */
  readonly weighed: (config: Config) => Config;
  /** What the workers balance is another now: tells them again. */
  readonly look: () => void;
  readonly stop: () => void;
}

type Services = Readonly<Record<string, ServiceOptions>>;

export interface HoldsParts {
  /** Has the workers weigh endpoints anew: those of `weighed` came into force, or are over. */
  readonly reweigh: () => void;
  readonly dataPlane: Pick<DataPlane, "shared" | "balanced">;
  /** The data folder. */
  readonly folder: string;
  /** createSharedClock's. */
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, "writeOwn">;
  readonly log: Log;
}

const FILE = "holds.json";
const SAVED = z.array(
  z.strictObject({
    service: z.string(),
    endpoint: z.string(),
    share: z.number().min(0).lt(1).default(0),
    startsAtMs: z.number(),
    endsAtMs: z.number(),
    comment: z.string(),
    createdBy: z.string(),
  }),
);

export function createHolds(parts: HoldsParts): Holds {
  const holds = new HeldEndpoints(parts);
  holds.look();
  if (!holds.list().every(isOut)) parts.reweigh();
  return holds;
}

class HeldEndpoints implements Holds {
  readonly #parts: HoldsParts;
  #holds: readonly Hold[];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: HoldsParts) {
    this.#parts = parts;
    this.#holds = readHolds(parts);
  }

  readonly list = (): readonly Hold[] => {
    const nowMs = this.#parts.clock.wallMs();
    return this.#holds.filter(({ endsAtMs }) => endsAtMs > nowMs);
  };

  readonly add = (hold: Hold, leastLeft = 0): HoldAnswer => {
    const { services } = this.#parts.dataPlane.balanced();
    const endpoints = usableOf(services[hold.service]);
    if (!endpoints.includes(hold.endpoint)) return "unknown";
    const isWeighed = services[hold.service]?.balance !== "round-robin";
    if (!isOut(hold) && !isWeighed) return "unweighed";
    const others = this.list().filter((each) => !isSameEndpoint(each, hold));
    const left = leftOf(endpoints, hold.service, [...others, hold]);
    if (isOut(hold) && (left === 0 || left < endpoints.length * leastLeft)) return "last";
    this.#replace([...others, hold]);
    return "held";
  };

  readonly remove = (endpoint: HeldEndpoint): Hold | undefined => {
    const before = this.list();
    const removed = before.find((each) => isSameEndpoint(each, endpoint));
    if (removed !== undefined) this.#replace(before.filter((each) => each !== removed));
    return removed;
  };

  readonly prepare = (services: Services): void => {
    const all = this.list();
    const stranded = all.filter(({ service }) => {
      const endpoints = usableOf(services[service]);
      return endpoints.length > 0 && leftOf(endpoints, service, all) === 0;
    });
    if (stranded.length === 0) return;
    for (const each of stranded) this.#sayEnd(each, "no other endpoint is left");
    this.#keep(all.filter((each) => !stranded.includes(each)));
  };

  readonly weighed = (config: Config): Config => {
    const services = eased(config.services, this.list());
    return services === config.services ? config : { ...config, services };
  };

  readonly look = (): void => {
    const { clock, dataPlane } = this.#parts;
    const { services, slots } = dataPlane.balanced();
    const nowMs = clock.wallMs();
    const nowNs = clock.nowNs();
    const held = this.list().filter(isOut);
    for (const [service, { endpoints }] of Object.entries(services)) {
      for (const [at, { url }] of endpoints.entries()) {
        const found = held.find((each) => isSameEndpoint(each, { service, endpoint: url }));
        const untilNs = found === undefined ? 0 : nowNs + (found.endsAtMs - nowMs) * 1e6;
        const slot = slots[service]?.endpoints[at];
        if (slot !== undefined) dataPlane.shared.setHeldUntil(slot, untilNs);
      }
    }
    this.#wait(nowMs);
  };

  readonly stop = (): void => clearTimeout(this.#timer);

  /** On disk before it holds. */
  #replace(next: readonly Hold[]): void {
    const { folder } = this.#parts;
    makeFolder(folder);
    replaceFile(join(folder, FILE), JSON.stringify(next), { mode: 0o600 });
    this.#use(next);
  }

  #use(next: readonly Hold[]): void {
    const isReweighed = ![...this.#holds, ...next].every(isOut);
    this.#holds = next;
    this.look();
    if (isReweighed) this.#parts.reweigh();
  }

  /** What ends by itself ends on a full disk, too: a restart finds by its time that it is over. */
  #keep(next: readonly Hold[]): void {
    try {
      this.#replace(next);
    } catch (thrown) {
      this.#parts.log.error("holds_not_saved", { cause: messageOf(thrown) });
      this.#use(next);
    }
  }

  #wait(nowMs: number): void {
    clearTimeout(this.#timer);
    if (this.#holds.length === 0) return;
    const endsAtMs = Math.min(...this.#holds.map((each) => each.endsAtMs));
    this.#timer = setTimeout(() => this.#end(), Math.max(0, endsAtMs - nowMs));
    this.#timer.unref();
  }

  #end(): void {
    const going = this.list();
    const over = this.#holds.filter((each) => !going.includes(each));
    for (const each of over) this.#sayEnd(each, "its time is over");
    this.#keep(going);
  }

  #sayEnd(hold: Hold, cause: string): void {
    const { service, endpoint } = hold;
    this.#parts.log.info("hold_ended", { service, endpoint, cause });
    const details = [...holdDetails(hold), "audit.cause", cause];
    this.#parts.audit.writeOwn({ action: "hold_ended", errorCode: "", details });
  }
}

/** What an audit row says of one: [name, value, ...]. */
function holdDetails({ service, endpoint, comment }: Hold): readonly string[] {
  const said = { service, endpoint, comment };
  return Object.entries(said).flatMap(([name, value]) => [`audit.${name}`, value]);
}

/** None where the file can't be read: traffic matters more, and who took an endpoint out can do it again. */
function readHolds({ folder, log }: HoldsParts): readonly Hold[] {
  try {
    return SAVED.parse(JSON.parse(readFileSync(join(folder, FILE), "utf8")));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") {
      const consequence = "endpoints that were taken out take requests again";
      log.error("holds_not_read", { fault: messageOf(thrown), consequence });
    }
    return [];
  }
}
