// README.md on a CA of one's own: its commands and config let alice in by a certificate until she is revoked; alerts name metrics there are.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfigObject } from "../../src/config/load.ts";
import { startUpstream, type Upstream } from "../e2e/support/upstream.ts";
import {
  cleanUp,
  createSite,
  type Site,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const section = /## Run a CA of your own\n([\s\S]*?)\n##+ /.exec(readme)?.[1] ?? "";
const YAML = /```yaml\n([\s\S]*?)```/g;
const [yaml = "", firstOfTwo = ""] = [...section.matchAll(YAML)].map(([, text]) => text ?? "");
const commands = [...section.replace(YAML, "").matchAll(/^ {4}(\S.*)$/gm)].map(
  ([, line]) => line ?? "",
);

let upstream: Upstream;
let site: Site;
let weir: WeirProcess;

beforeAll(async () => {
  upstream = await startUpstream();
  const head = `admin: { listen: 127.0.0.1:0 }\nworkers: 2\nstore: { url: "http://127.0.0.1:9/weir" }\nservices: { orders: { endpoints: ["${upstream.url}"] } }\n`;
  site = createSite(`${head}${yaml.replace(":8080", ":0").replace(":8443", ":0")}`);
  for (const command of commands.slice(0, 3)) expect(await shell(command)).toMatch(/until 20/);
  weir = await startWeir(site);
});
afterAll(async () => {
  await weir?.stop();
  cleanUp();
  upstream?.close();
});

function shell(command: string): Promise<string> {
  const main = `'${process.execPath}' '${join(ROOT, "src/main.ts")}'`;
  const text = command.replaceAll("npm run -s weir --", main);
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${text} 2>&1`], { cwd: site.folder }, (_, out) => resolve(out));
  });
}

test("alice comes in by her certificate, nobody without one, and not when it is revoked", async () => {
  const [run = "", curl = "", revoke = ""] = commands.slice(3);
  expect(commands).toHaveLength(6);
  expect(run).toBe("npm run -s weir -- run -c weir.yaml");
  const { port } = new URL(/over TLS on +(\S+)/.exec(weir.output())?.[1] ?? "");
  const ask = (command: string): Promise<string> =>
    shell(
      command
        .replace(":8443", `:${port}`)
        .replace("curl ", "curl -sS -o answer -w '%{http_code}' "),
    );
  expect(await ask(curl)).toBe("200");
  expect(await ask(curl.replace(/--cert .*\.key /, ""))).toBe("401");
  expect(await ask(curl.replace("--cacert certs/ca.crt ", ""))).toMatch(/certificate/);
  expect(await shell(revoke)).toMatch(/^revoked [0-9a-f]{32}\n/);
  await expect.poll(() => ask(curl)).toBe("401");
});

test("the alerting rules ask for metrics that weir has", async () => {
  const file = readFileSync(join(ROOT, "dashboards/prometheus-rules.yaml"), "utf8");
  const { groups } = parse(file) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const metrics = await weir.metrics();
  expect(rules.length).toBeGreaterThan(3);
  for (const { alert, expr } of rules) {
    const named = expr.match(/\bweir_\w+/g) ?? [];
    const missing = named.filter((name) => !new RegExp(`^${name}[ {]`, "m").test(metrics));
    expect({ alert, named: named.length > 0, missing }).toEqual({
      alert,
      named: true,
      missing: [],
    });
  }
});

test("what the first of two weirs is told is a config", () => {
  const root = { ...(parse(firstOfTwo) as object), routes: [{ name: "all", service: "orders" }] };
  expect(loadConfigObject(root, site.folder, {})).toMatchObject({ ok: true });
});
