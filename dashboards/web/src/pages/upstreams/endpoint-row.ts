// One endpoint as the page shows it: what the balancer holds now, and what it did in the range.
import type { Endpoint, Hold, Service, UpstreamRow } from "../../api.ts";

export interface EndpointRow {
  readonly service: string;
  readonly endpoint: Endpoint;
  /** null: nobody took it out, or gave it less. */
  readonly hold: Hold | null;
  /** null where it had no attempt in the range. */
  readonly figures: UpstreamRow | null;
  /** 0 to 1, of the attempts in the range at the endpoints there are now; null where there were none. */
  readonly share: number | null;
  /** 0 to 1: of what is due by configured weight alone. */
  readonly dueShare: number;
}

export function endpointRows(
  service: Service,
  figures: readonly UpstreamRow[],
  holds: readonly Hold[],
): readonly EndpointRow[] {
  const urls = new Set(service.endpoints.map(({ url }) => url));
  const own = figures.filter((row) => row.service === service.name && urls.has(row.upstream));
  const attempts = own.reduce((sum, row) => sum + row.attempts, 0);
  const weights = service.endpoints.reduce((sum, { weight }) => sum + weight, 0);
  return service.endpoints.map((endpoint) => {
    const found = own.find(({ upstream }) => upstream === endpoint.url) ?? null;
    return {
      service: service.name,
      endpoint,
      hold: holds.find((each) => isOf(each, service, endpoint)) ?? null,
      figures: found,
      share: found === null || attempts === 0 ? null : found.attempts / attempts,
      dueShare: weights === 0 ? 0 : endpoint.weight / weights,
    };
  });
}

function isOf(hold: Hold, { name }: Service, { url }: Endpoint): boolean {
  return hold.service === name && hold.endpoint === url;
}
