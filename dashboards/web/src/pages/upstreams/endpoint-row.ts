// One endpoint as the page shows it: what the balancer holds now, and what it did in the range.
import type { Endpoint, Service, UpstreamRow } from "../../api.ts";

export interface EndpointRow {
  readonly service: string;
  readonly endpoint: Endpoint;
  /** null where it had no attempt in the range. */
  readonly figures: UpstreamRow | null;
  /** 0 to 1: of what is due by configured weight alone. */
  readonly dueShare: number;
}

export function endpointRows(
  service: Service,
  figures: readonly UpstreamRow[],
): readonly EndpointRow[] {
  const total = service.endpoints.reduce((sum, { weight }) => sum + weight, 0);
  return service.endpoints.map((endpoint) => ({
    service: service.name,
    endpoint,
    figures:
      figures.find(
        ({ service: name, upstream }) => name === service.name && upstream === endpoint.url,
      ) ?? null,
    dueShare: total === 0 ? 0 : endpoint.weight / total,
  }));
}
