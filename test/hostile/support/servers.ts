// nginx and HAProxy as upstreams: each parses what weir sends and passes it on to a recorder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";

export interface ForeignServer extends AsyncDisposable {
  readonly url: string;
}

/** The field in which the server tells which path it read. */
export const READ_PATH = "x-read-path";

/** As strict or lax as it comes, but for fields that it would leave out. */
export function startNginx(recorderPort: number): Promise<ForeignServer> {
  return startServer("nginx", (port, folder) => ({
    args: ["-p", folder, "-c", join(folder, "server.conf"), "-e", "stderr"],
    config: `
      daemon off; master_process off; pid ${folder}/pid; worker_processes 1;
      events { worker_connections 512; }
      http {
        access_log off; ignore_invalid_headers off; underscores_in_headers on;
        keepalive_requests 100000; client_header_timeout 5s; client_body_timeout 5s;
        client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
        server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass http://127.0.0.1:${recorderPort};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
            proxy_set_header ${READ_PATH} $uri;
          }
        }
      }`,
  }));
}

export function startHaproxy(recorderPort: number): Promise<ForeignServer> {
  return startServer("haproxy", (port, folder) => ({
    args: ["-db", "-q", "-f", join(folder, "server.conf")],
    config: `
global
  maxconn 512
defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend front
  bind 127.0.0.1:${port}
  http-request set-header ${READ_PATH} %[path]
  default_backend recorder
backend recorder
  server recorder 127.0.0.1:${recorderPort}
`,
  }));
}

interface Setup {
  readonly args: readonly string[];
  readonly config: string;
}

async function startServer(
  program: string,
  setUp: (port: number, folder: string) => Setup,
): Promise<ForeignServer> {
  const folder = mkdtempSync(join(tmpdir(), `weir-${program}-`));
  const port = await freePort();
  const { args, config } = setUp(port, folder);
  writeFileSync(join(folder, "server.conf"), config);
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  const exit = once(child, "exit");
  const died = exit.then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  died.catch(() => undefined);
  await Promise.race([died, accepting(port)]);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}

async function accepting(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
