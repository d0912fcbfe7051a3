// An endpoint that somebody took out for a while, or gave less weight, and what that leaves of its service.
import type { ServiceOptions } from "./options.ts";

/** One endpoint of one service takes nothing, or less, until then, however well it is. */
export interface Hold extends HeldEndpoint {
  /** The part of its weight that is left, below 1; 0: it is out. */
  readonly share: number;
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

/**
 * last: nothing, or less than `leastLeft` says, would be left of the service. unweighed: how the service is
 * balanced knows no weights.
 */
export type HoldAnswer = "held" | "unknown" | "last" | "unweighed";

type Services = Readonly<Record<string, ServiceOptions>>;

export function isOut({ share }: Hold): boolean {
  return share === 0;
}

export function isSameEndpoint(one: HeldEndpoint, other: HeldEndpoint): boolean {
  return one.service === other.service && one.endpoint === other.endpoint;
}

/** Those that have weight. */
export function usableOf(service: ServiceOptions | undefined): readonly string[] {
  return (service?.endpoints ?? []).filter(({ weight }) => weight > 0).map(({ url }) => url);
}

/** Services with the weights that these leave; the same where they change none. */
export function eased<S extends Services>(services: S, holds: readonly Hold[]): S {
  const easing = holds.filter((each) => !isOut(each));
  if (easing.length === 0) return services;
  const entries = Object.entries(services).map(([service, options]) => {
    const endpoints = options.endpoints.map((each) => {
      const found = easing.find((hold) => isSameEndpoint(hold, { service, endpoint: each.url }));
      return found === undefined ? each : { ...each, weight: each.weight * found.share };
    });
    return [service, { ...options, endpoints }];
  });
  return Object.fromEntries(entries) as S;
}

/** How many of these are not out. */
export function leftOf(
  endpoints: readonly string[],
  service: string,
  holds: readonly Hold[],
): number {
  const out = holds.filter(isOut);
  return endpoints.filter(
    (endpoint) => !out.some((each) => isSameEndpoint(each, { service, endpoint })),
  ).length;
}
