// An upstream that leaves the machine to what is measured: nginx where it is installed, else upstream.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installed } from "./installed.ts";

const NGINX = "nginx";
const BODY = JSON.stringify({ id: 1, item: "anvil", quantity: 2, note: "x".repeat(180) });

/** Answers any path with the body of upstream.ts. `folder` is for its files. */
export function startCheapUpstream(port: number, folder: string): ChildProcess {
  if (!installed(NGINX)) {
    const script = join(import.meta.dirname, "upstream.ts");
    return spawn(process.execPath, [script, String(port)], { stdio: "ignore" });
  }
  const file = join(folder, "upstream.conf");
  writeFileSync(
    file,
    `worker_processes 1; daemon off; master_process off; pid ${folder}/upstream.pid; error_log ${folder}/upstream.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server { listen 127.0.0.1:${port}; location / { return 200 '${BODY}'; } } }
`,
  );
  return spawn(NGINX, ["-p", folder, "-c", file], { stdio: "ignore" });
}
