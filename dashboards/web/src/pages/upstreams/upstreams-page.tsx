// Services, their endpoints, what the balancer thinks of each, and why it chose as it did.
import { type ReactNode, useCallback } from "react";
import type { Service, UpstreamRow } from "../../api.ts";
import { Empty, Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { readHolds, readServices } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import { useQuery } from "../overview/use-overview.ts";
import { ServicePanel } from "./service-panel.tsx";

/** The balancer's state is of this instant: ask often. */
const EVERY = { everyMs: 2000 } as const;

export function UpstreamsPage({ place }: { readonly place: Place }): ReactNode {
  const wanted = place.params.get("service");
  const read = useCallback(
    (json: unknown): readonly Service[] =>
      readServices(json).filter(({ name }) => (wanted ?? name) === name),
    [wanted],
  );
  const services = useApi("api/v1/services", read, EVERY);
  const holds = useApi("api/v1/holds", readHolds, EVERY);
  const figures = useQuery<UpstreamRow>("upstreams", place);
  if (services.data === null) return <Nothing from={services} what="the balancing state" />;
  if (services.data.length === 0) return <NoServices />;
  return (
    <>
      {services.data.map((service, index) => (
        <ServicePanel
          key={service.name}
          service={service}
          from={services}
          figures={figures}
          holds={holds.data ?? []}
          place={place}
          main={index === 0}
        />
      ))}
    </>
  );
}

function NoServices(): ReactNode {
  return (
    <section className="panel teach">
      <Empty title="No service is configured.">
        <p>One with two endpoints, in weir.yaml:</p>
        <pre>
          {
            'services:\n  orders: { endpoints: [ "http://127.0.0.1:4001", "http://127.0.0.1:4002" ] }'
          }
        </pre>
      </Empty>
    </section>
  );
}
