// README.md on alerts: its file is sound, its commands say what fires and would have fired, and its silence holds.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { cleanUp, createSite, startWeir, type WeirProcess } from "../support/weir-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const section =
  /\n## Alerts\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";
const yaml = /```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
const commands = [...section.replace(yaml, "").matchAll(/^ {4}(\S.*)$/gm)].map(
  ([, line]) => line ?? "",
);
const [check = "", looking = "", list = "", silence = ""] = commands;
const service = createServer((_, response) => response.writeHead(500).end());
let receiver: Receiver;

afterAll(() => {
  receiver.close();
  service.closeAllConnections();
  service.close();
  cleanUp();
});

interface Ran {
  readonly code: number;
  readonly text: string;
}

function shell(command: string, cwd: string): Promise<Ran> {
  const text = command.replace(
    "npm run -s weir --",
    `'${process.execPath}' '${join(ROOT, "src/main.ts")}'`,
  );
  const env = { ...process.env, HOOK_SECRET: "4711" };
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${text} 2>&1`], { cwd, env }, (error, out) =>
      resolve({ code: Number(error?.code ?? 0), text: out }),
    );
  });
}

async function untilFiring(weir: WeirProcess): Promise<void> {
  await expect.poll(() => weir.metrics()).toContain('weir_alerts_firing{severity="page"} 1');
}

test("from a file of rules to an alert, by the commands alone", async () => {
  expect(commands).toHaveLength(4);
  receiver = await startReceiver();
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const config = `listen: { http: "127.0.0.1:0" }
admin: { listen: 127.0.0.1:0 }
data: data
workers: 1
services: { orders: { endpoints: [ "http://127.0.0.1:${(service.address() as AddressInfo).port}" ] } }
routes: [ { name: orders, service: orders } ]
alerts: alerts.yaml
`;
  const quick = yaml
    .replace("https://ops.example/hook", receiver.url)
    .replace("for: 2m", "for: 0s")
    .replace("every: 30s", "every: 1s")
    .replace(/slos:[\s\S]*rules:/, "group: { wait: 0s }\nrules:");
  const { folder, ...site } = createSite(config, { "alerts.yaml": yaml });
  expect(await shell(check, folder)).toEqual({
    code: 0,
    text: expect.stringContaining("11 alert rules"),
  });
  site.put({ "alerts.yaml": quick });
  const weir = await startWeir({ ...site, folder }, { HOOK_SECRET: "4711" });
  for (let sent = 0; sent < 30; sent++) await (await fetch(`${weir.proxy}/${sent}`)).text();
  await untilFiring(weir);
  await receiver.until(1);
  const at = (command: string): string =>
    command.replace("-c weir.yaml", `-c weir.yaml --admin ${weir.admin}`);
  const listed = await shell(at(list), folder);
  expect(listed.code).toBe(1);
  expect(listed.text).toMatch(/firing +page +route-errors .*orders: 100 % of \d+ requests fail/);
  const looked = await shell(at(looking).replace("7d", "2m --step 1s"), folder);
  expect(looked.text).toMatch(/route-errors: would have fired once in 2m, looking each 1s\./);
  expect(looked.text).toMatch(/orders: 100 % of \d+ requests fail/);
  const silenced = await shell(silence.replace("localhost:9090", weir.admin), folder);
  expect(JSON.parse(silenced.text)).toMatchObject({ matchers: { alert: "route-*" } });
  expect((await shell(at(list), folder)).text).toContain("firing, silenced");
  await weir.stop();
});
