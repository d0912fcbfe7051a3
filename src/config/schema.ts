// The shape of weir.yaml, joined from its sections; unknown keys are errors everywhere.
import { z } from "zod";
import { identitySection, policySection } from "./sections/identity.ts";
import { adminSection } from "./sections/admin.ts";
import { collectorSection } from "./sections/collector.ts";
import {
  alertsField,
  caField,
  dashboardsField,
  dataField,
  drainField,
  forwardedSection,
  listenSection,
  workersField,
} from "./sections/listeners.ts";
import { pathsSection, routesSection, timeoutsSection } from "./sections/routes.ts";
import { servicesSection } from "./sections/services.ts";
import { retentionSection, statisticsSection, storeSection } from "./sections/store.ts";
import { limitsSection, telemetrySection } from "./sections/telemetry.ts";

export const configSchema = z.strictObject({
  listen: listenSection.prefault({}).meta({ description: "Where requests arrive" }),
  admin: adminSection.prefault({}).meta({ description: "The admin side" }),
  collector: collectorSection.optional().meta({
    description: "Receives what services tell of themselves",
    default: "none: nothing is received",
  }),
  data: dataField,
  ca: caField,
  dashboards: dashboardsField,
  workers: workersField,
  store: storeSection,
  retention: retentionSection.prefault({}).meta({ description: "How long rows are kept" }),
  services: servicesSection,
  routes: routesSection,
  paths: pathsSection.prefault({}).meta({ description: "How paths may be spelled" }),
  timeouts: timeoutsSection.prefault({}).meta({ description: "How long weir waits" }),
  identity: identitySection.prefault({}).meta({ description: "Who is known" }),
  policy: policySection.optional().meta({
    description: "What decides",
    default: "none: nothing is enforced",
  }),
  telemetry: telemetrySection.prefault({}).meta({ description: "What is recorded" }),
  alerts: alertsField,
  statistics: statisticsSection
    .prefault({})
    .meta({ description: "What history does to balancing" }),
  forwarded: forwardedSection.prefault({}).meta({ description: "Proxies around weir" }),
  limits: limitsSection.prefault({}).meta({ description: "How much is taken from clients" }),
  drain_ms: drainField,
});

/** The config as it may be written. */
export type ConfigDocument = z.input<typeof configSchema>;

/** The config as written, with references replaced and defaults filled in. */
export type ConfigInput = z.output<typeof configSchema>;
