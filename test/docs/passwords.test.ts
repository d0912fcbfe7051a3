// README.md on passwords: its config and commands do what it says, and a change of the users file ends what it takes away.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startUpstream } from "../e2e/support/upstream.ts";
import { cleanUp, createSite, startWeir } from "../support/weir-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const section = /## Let people in by password\n([\s\S]*?)\n##+ /.exec(
  readFileSync(join(ROOT, "README.md"), "utf8"),
)?.[1];
const yaml = /```yaml\n([\s\S]*?)```/.exec(section ?? "")?.[1] ?? "";
const commands = [...(section ?? "").matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line ?? "");

afterAll(cleanUp);

function shell(command: string, cwd: string): Promise<string> {
  const weir = `'${process.execPath}' '${join(ROOT, "src/main.ts")}'`;
  const text = command.replaceAll("npm run -s weir --", weir);
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${text} 2>&1`], { cwd }, (_, out) => resolve(out));
  });
}

test("the commands let alice in, and nobody else", async () => {
  const [add = "", run = "", curl = ""] = commands;
  expect(commands).toHaveLength(3);
  expect(run).toBe("npm run -s weir -- run -c weir.yaml");
  const upstream = await startUpstream();
  const head = `listen: { http: "127.0.0.1:0" }\nadmin: { listen: 127.0.0.1:0 }\ndata: data\nworkers: 2\nstore: { url: "http://127.0.0.1:9/weir" }\nservices: { orders: { endpoints: ["${upstream.url}"] } }\n`;
  const site = createSite(`${head}${yaml}`);
  try {
    expect(await shell(add, site.folder)).toMatch(/^alice: added in .*users\n$/);
    const weir = await startWeir(site);
    const ask = (command: string): Promise<string> =>
      shell(
        command
          .replace("http://127.0.0.1:8080", weir.proxy)
          .replace("curl ", "curl -s -o answer -w '%{http_code}' "),
        site.folder,
      );
    expect(await ask(curl)).toBe("200");
    expect(await ask(curl.replace("horse", "house"))).toBe("401");
    expect(await ask(curl.replace(/-u '[^']*' /, ""))).toBe("401");
    expect(await ask("curl http://127.0.0.1:8080/shop")).toBe("200");
    await shell("npm run -s weir -- users remove alice", site.folder);
    await expect.poll(() => ask(curl)).toBe("401");
    await weir.stop();
    expect(`${weir.output()}${weir.errors()}`).not.toContain("horse");
  } finally {
    upstream.close();
    site.remove();
  }
});
