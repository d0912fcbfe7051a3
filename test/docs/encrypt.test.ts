// README.md on TLS: its commands make certificates, weir takes them, clients are who theirs say, and services see weir's.
import { execFile } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import { cleanUp, createSite, startWeir } from "../support/weir-process.ts";

const section = /## Encrypt\n([\s\S]*?)\n##+ /.exec(
  readFileSync(join(import.meta.dirname, "../../README.md"), "utf8"),
)?.[1];
const [plain = "", clients = "", services = ""] = [
  ...(section ?? "").matchAll(/```yaml\n([\s\S]*?)```/g),
].map(([, text]) => text);
const commands = [...(section ?? "").matchAll(/^ {4}((?:openssl|curl) .*)$/gm)].map(
  ([, line]) => line ?? "",
);
const [makeWeir = "", curl = "", makeCa = "", makeAlice = "", signAlice = "", curlAlice = ""] =
  commands;

afterAll(cleanUp);

function shell(command: string, cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${command} 2>&1`], { cwd }, (_, out) => resolve(out));
  });
}

/** An upstream that answers only whom it knows, with what it knows of it. */
async function startService(cert: string, key: string, trusted: string): Promise<Server> {
  const options = {
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: readFileSync(trusted),
    requestCert: true,
  };
  const server = createServer(options, ({ socket, headers }, reply) => {
    const { CN } = (socket as TLSSocket).getPeerCertificate().subject;
    reply.end(`${String(CN)} for ${String(headers["x-weir-subject"])}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const REST = `admin: { listen: 127.0.0.1:0 }
data: data
workers: 1
store: { url: "http://127.0.0.1:9/weir" }
`;

test("from no certificate to TLS on both sides, by the commands and configs alone", async () => {
  expect(commands).toHaveLength(6);
  using authority = createAuthority("Services CA");
  const orders = authority.issue("orders", { san: "DNS:orders.internal" });
  const site = createSite("");
  const { folder } = site;
  for (const make of [makeWeir, makeCa, makeAlice, signAlice]) await shell(make, folder);
  copyFileSync(authority.ca, join(folder, "services-ca.crt"));
  const server = await startService(orders.cert, orders.key, join(folder, "weir.crt"));
  const { port } = server.address() as AddressInfo;
  const start = (config: string): ReturnType<typeof startWeir> => {
    const text = config
      .replace("listen:\n  https:", "listen:\n  http: 127.0.0.1:8080\n  https:")
      .replace("127.0.0.1:8080", "127.0.0.1:0")
      .replace("0.0.0.0:8443", "127.0.0.1:0")
      .replace("10.0.0.7:8443", `127.0.0.1:${port}`);
    site.write(`${REST}${text}`);
    return startWeir(site);
  };
  try {
    const open = "routes: [ { name: orders, service: orders } ]\n";
    for (const { config, asked, status, says } of [
      { config: `${plain}${services}${open}`, asked: curl, status: 200, says: "localhost for " },
      { config: `${clients}${services}`, asked: curl, status: 401, says: "unauthenticated" },
      {
        config: `${clients}${services}`,
        asked: curlAlice,
        status: 200,
        says: "localhost for spiffe://example.org/alice",
      },
    ]) {
      const weir = await start(config);
      const [, at = ""] = /over TLS on +\S+:(\d+)/.exec(weir.output()) ?? [];
      const reply = await shell(asked.replace("8443", at).replace("curl ", "curl -s "), folder);
      await weir.stop();
      expect(reply).toContain(`HTTP/1.1 ${status} `);
      expect(reply).toContain(says);
    }
  } finally {
    server.close();
    site.remove();
  }
});
