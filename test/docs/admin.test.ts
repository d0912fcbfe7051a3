// README.md on the admin side: its config and commands let olga in by her certificate, her change is a row, and its rules load.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SPOOLED_COLUMNS } from "../../src/telemetry/columns.ts";
import { linesOf } from "../../src/telemetry/groups/group-lines.ts";
import { loadAdminRoles } from "../../src/control/admin-roles.ts";
import { createAuthority } from "../support/certificates.ts";
import { cleanUp, createSite, startWeir } from "../support/weir-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const section =
  /## Let others in to the admin side\n([\s\S]*?)\n##+ /.exec(
    readFileSync(join(ROOT, "README.md"), "utf8"),
  )?.[1] ?? "";
const yaml = /```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
const rules = /```csv\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
const commands = [...section.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line ?? "");

const authority = createAuthority("Example CA");

afterAll(() => {
  cleanUp();
  authority[Symbol.dispose]();
});

function shell(command: string, cwd: string): Promise<string> {
  const weir = `'${process.execPath}' '${join(ROOT, "src/main.ts")}'`;
  const text = command.replaceAll("npm run -s weir --", weir);
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${text} 2>&1; echo "exit $?"`], { cwd }, (_, out) => resolve(out));
  });
}

test("olga is let in by her certificate over TLS, and what she did is in a row", async () => {
  const head = `listen: { http: "127.0.0.1:0" }\ndata: data\nworkers: 1\nstore: { url: "http://127.0.0.1:9/weir" }\nservices: { orders: { endpoints: ["http://127.0.0.1:9"] } }\nroutes: [ { name: orders, service: orders } ]\n`;
  const local = (text: string): string => text.replaceAll("10.0.0.5:9090", "127.0.0.1:0");
  const site = createSite(`${head}${local(yaml)}`);
  const pairs = {
    admin: authority.issue("admin", { san: "IP:127.0.0.1,URI:spiffe://example.org/admin" }),
    olga: authority.issue("olga", { san: "URI:spiffe://example.org/olga" }),
  };
  for (const [name, { cert, key }] of Object.entries(pairs)) {
    site.put({ [`${name}.crt`]: readFileSync(cert, "utf8") });
    site.put({ [`${name}.key`]: readFileSync(key, "utf8") });
  }
  site.put({ "ca.crt": readFileSync(authority.ca, "utf8") });
  const reload = commands.find((each) => each.includes("-- reload")) ?? "";
  try {
    const weir = await startWeir(site, { GRAFANA_TOKEN: "a-token-for-grafana-0123456789" });
    expect(weir.admin).toMatch(/^https:/);
    const at = (command: string): string => command.replace("https://10.0.0.5:9090", weir.admin);
    expect(await shell(at(reload), site.folder)).toMatch(/in force.*\nexit 0\n$/s);
    const untrusting = at(reload).replace("--ca ca.crt ", "");
    expect(await shell(untrusting, site.folder)).toMatch(/not to be trusted.*--ca.*exit 2/s);
    // By the config, which pins the certificate, whatever its names are.
    const port = new URL(weir.admin).port;
    site.write(`${head}${yaml.replaceAll("10.0.0.5:9090", `127.0.0.1:${port}`)}`);
    const byConfig =
      "GRAFANA_TOKEN=a-token-for-grafana-0123456789 npm run -s weir -- reload -c weir.yaml";
    expect(await shell(byConfig, site.folder)).toMatch(/exit 0\n$/);
    await weir.stop();
    const spool = join(site.data, "spool");
    const rows = readdirSync(spool)
      .filter((name) => name.endsWith(".rows"))
      .flatMap((name) =>
        linesOf(readFileSync(join(spool, name)), SPOOLED_COLUMNS)
          .toString()
          .split("\n"),
      );
    const hers = rows.filter((row) => row.includes("spiffe://example.org/olga"));
    expect(hers).toHaveLength(1);
    expect(hers[0]).toContain('"certificate"');
    expect(hers[0]).toContain('"Example CA"');
    expect(hers[0]).toContain("p, owner, *, *");
    expect(rows.join()).not.toContain("a-token-for-grafana");
  } finally {
    site.remove();
  }
});

test("the rules load, and say what their text says", async () => {
  const site = createSite("");
  const file = join(site.folder, "admin.csv");
  writeFileSync(file, rules);
  const check = await loadAdminRoles({
    rules: file,
    tokens: [{ token: "", name: "ci", role: "deployer" }],
    certificates: [],
  });
  expect(
    check.ok && check.roles.snapshot.decide(["deployer", "/api/v1/status", "GET"]).effect,
  ).toBe("allow");
  expect(check.ok && check.roles.snapshot.decide(["reader", "/api/v1/reload", "POST"]).effect).toBe(
    "deny",
  );
});
