// What is measured: weir and its peers, each as a process that listens on a port in front of one upstream.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installed } from "./installed.ts";

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Threads besides the whole process whose time is shown: name of the thread. */
  readonly thread?: string;
  /** Fewer requests for what is very slow. */
  readonly share: number;
}

export interface Place {
  readonly folder: string;
  /** Each target listens on one of its own, from here on. */
  readonly firstPort: number;
  readonly upstream: number;
}

interface Site {
  readonly folder: string;
  readonly port: number;
  readonly upstream: number;
}

/** From weir's own port to that of its admin API, beyond the ports of all targets. */
const ADMIN_OFFSET = 20;
/** As the package's own scripts start it. */
const NODE_FLAGS = ["--max-semi-space-size=4"];
const HERE = import.meta.dirname;
const ROOT = join(HERE, "../..");

type Make = (site: Site) => Omit<Target, "port">;

/** Every target that this machine can run. */
export function targets({ folder, firstPort, upstream }: Place): Target[] {
  const makers: Make[] = [
    ...(installed("nginx") ? [nginx] : []),
    ...(installed("haproxy") ? [haproxy] : []),
    weir,
    peer("bare node:http answer", "bare-http.ts"),
    peer("node:http with undici", "http-undici.ts"),
    peer("Express with http-proxy-middleware", "express-hpm.ts"),
    plainWiring("plain wiring, 10 rules", 10),
    plainWiring("plain wiring, 1,000 rules", 1000),
  ];
  return makers.map((make, at) => {
    const own = join(folder, String(at));
    mkdirSync(own, { recursive: true });
    const port = firstPort + at;
    return { ...make({ folder: own, port, upstream }), port };
  });
}

function peer(name: string, file: string): Make {
  return ({ port, upstream }) => ({
    name,
    command: [process.execPath, join(HERE, "peers", file)],
    environment: { PORT: String(port), UPSTREAM: String(upstream), NODE_ENV: "production" },
    share: 1,
  });
}

/** As the guide has it, but for the endpoint: telemetry goes to the upstream, which answers anything. */
function plainWiring(name: string, rules: number): Make {
  const preload = ["-r", "@opentelemetry/auto-instrumentations-node/register"];
  return ({ port, upstream }) => ({
    name,
    command: [process.execPath, ...preload, join(HERE, "peers", "plain-wiring.cts")],
    environment: {
      PORT: String(port),
      UPSTREAM: String(upstream),
      RULES: String(rules),
      NODE_ENV: "production",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${upstream}`,
    },
    share: rules >= 1000 ? 0.02 : 0.1,
  });
}

function nginx({ folder, port, upstream }: Site): ReturnType<Make> {
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `worker_processes 1; daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  upstream one { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://one; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
`,
  );
  return { name: "nginx", command: ["nginx", "-p", folder, "-c", file], environment: {}, share: 1 };
}

function haproxy({ folder, port, upstream }: Site): ReturnType<Make> {
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind 127.0.0.1:${port}
  default_backend b
backend b
  server s 127.0.0.1:${upstream}
`,
  );
  return { name: "HAProxy", command: ["haproxy", "-db", "-f", file], environment: {}, share: 1 };
}

/** Everything on: keys, ten rules, adaptive balancing over two endpoints, durable rows, draining store. */
function weir({ folder, port, upstream }: Site): ReturnType<Make> {
  const rules = Array.from({ length: 8 }, (_, at) => `p, role${at}, /service${at}/:id, GET, allow`);
  writeFileSync(join(folder, "model.conf"), MODEL);
  writeFileSync(
    join(folder, "policy.csv"),
    [...rules, "p, customer, /orders/:id, GET, allow", "g, alice, customer", ""].join("\n"),
  );
  const file = join(folder, "weir.yaml");
  writeFileSync(file, config(port, upstream));
  return {
    name: "weir, everything on",
    command: [process.execPath, ...NODE_FLAGS, join(ROOT, "src/main.ts"), "run", "-c", file],
    environment: { NODE_ENV: "production" },
    thread: "weir-data-0",
    share: 1,
  };
}

function config(port: number, upstream: number): string {
  return `
listen: { http: "127.0.0.1:${port}" }
admin: { listen: "127.0.0.1:${port + ADMIN_OFFSET}" }
workers: 1
store: embedded
services:
  orders: { endpoints: [ "http://127.0.0.1:${upstream}", "http://localhost:${upstream}" ], balance: adaptive }
routes:
  - { name: orders, match: { host: "*", path: /orders/** }, service: orders, authenticate: [ key ] }
identity:
  keys: [ { key: bench-key-alice, subject: alice } ]
policy: { model: model.conf, rules: policy.csv }
`;
}

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act
`;
