// An endpoint that somebody took out for a while, and what that leaves of its service.
import type { ServiceOptions } from "./options.ts";

/** One endpoint of one service takes nothing until then, however well it is. */
export interface Hold extends HeldEndpoint {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Why. */
  readonly comment: string;
  /** Who; empty where nobody said. */
  readonly createdBy: string;
}

export interface HeldEndpoint {
  readonly service: string;
  /** Its URL, as in the config. */
  readonly endpoint: string;
}

/** last: nothing, or less than `leastLeft` says, would be left of the service. */
export type HoldAnswer = "held" | "unknown" | "last";

export function isSameEndpoint(one: HeldEndpoint, other: HeldEndpoint): boolean {
  return one.service === other.service && one.endpoint === other.endpoint;
}

/** Those that have weight. */
export function usableOf(service: ServiceOptions | undefined): readonly string[] {
  return (service?.endpoints ?? []).filter(({ weight }) => weight > 0).map(({ url }) => url);
}

/** How many of these are not held. */
export function leftOf(
  endpoints: readonly string[],
  service: string,
  holds: readonly Hold[],
): number {
  return endpoints.filter(
    (endpoint) => !holds.some((each) => isSameEndpoint(each, { service, endpoint })),
  ).length;
}
