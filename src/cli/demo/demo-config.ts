// The demo's config as a file a person can read, change and reload while the demo runs.
import { writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { packageFolder } from "../../store/package-folder.ts";
import { DEMO_KEYS } from "./identities.ts";

export interface DemoPlaces {
  readonly listen: string;
  readonly adminListen: string;
  readonly collectorListen: string;
  /** Ports by service, one for each replica. */
  readonly services: Readonly<Record<string, readonly number[]>>;
}

/** Writes it into a folder that is there, which is the data folder, too. */
export function writeDemoConfig(file: string, places: DemoPlaces): void {
  const home = relative(dirname(file), packageFolder());
  writeFileSync(file, demoConfig(home, places));
}

function demoConfig(home: string, places: DemoPlaces): string {
  const { listen, adminListen, collectorListen, services } = places;
  const policies = join(home, "policies");
  // The policy last: policies/README.md has its readers add lines to it.
  const names = Object.keys(services);
  return `# Written by \`weir demo\` at each start. Changes made while it runs take effect at once.
listen: { http: ${JSON.stringify(listen)} }
admin: { listen: ${JSON.stringify(adminListen)} }
collector: { listen: ${JSON.stringify(collectorListen)} }
data: .
store: embedded
drain_ms: 2000
services:
${names.map((name) => serviceLine(name, services[name] ?? [])).join("\n")}
routes:
${names.map(routeLines).join("\n")}
identity:
  keys:
${DEMO_KEYS.map(({ key, subject }) => `    - { key: ${key}, subject: ${subject} }`).join("\n")}
alerts: ${JSON.stringify(join(home, "dashboards", "alerts.yaml"))}
policy:
  model: ${JSON.stringify(join(policies, "model.conf"))}
  rules: ${JSON.stringify(join(policies, "policy.csv"))}
  request: [identity.subject, request.path, request.method]
`;
}

function serviceLine(name: string, ports: readonly number[]): string {
  const endpoints = ports.map((port) => `"http://127.0.0.1:${port}"`);
  return `  ${name}: { endpoints: [${endpoints.join(", ")}], balance: adaptive }`;
}

/** The catalogue is open to everybody; with a key one is somebody, without one anonymous. */
function routeLines(name: string): string {
  const authenticate = name === "catalogue" ? "[]" : "[key]";
  return `  - { name: ${name}, match: { path: "/${name}/**" }, service: ${name}, authenticate: ${authenticate} }`;
}
