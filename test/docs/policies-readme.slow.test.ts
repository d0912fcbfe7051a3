// policies/README.md: its commands print what it shows, in order, over the sample policy and a real weir.
import { execFile } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeDemoConfig } from "../../src/cli/demo/demo-config.ts";
import { freePort } from "../support/free-port.ts";
import { startUpstream, type Upstream } from "../e2e/support/upstream.ts";
import { likeness, type Step, stepsOf, strayCommands, withOutputs } from "../support/transcript.ts";
import { cleanUp, spawnWeir, watchWeir, type WeirProcess } from "../support/weir-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILE = join(ROOT, "policies/README.md");
const document = readFileSync(FILE, "utf8");
const CONFIG = ".weir/demo.yaml";
/** As `npm start` has them, and so the README. */
const PORTS = { proxy: 8080, admin: 9090 } as const;

let folder: string;
let upstream: Upstream;
let weir: WeirProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-docs-"));
  for (const name of ["model.conf", "policy.csv", "cases.yaml"]) {
    cpSync(join(ROOT, "policies", name), join(folder, "policies", name));
  }
  writeCommand();
  upstream = await startUpstream();
  await writeConfig();
  weir = await watchWeir(spawnWeir(["run", "-c", CONFIG], { cwd: folder }));
});

afterAll(async () => {
  await weir?.stop();
  cleanUp();
  upstream?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** `weir`, as an installed one is found. */
function writeCommand(): void {
  const file = join(folder, "bin/weir");
  mkdirSync(dirname(file));
  writeFileSync(
    file,
    `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "src/main.ts")}' "$@"\n`,
  );
  chmodSync(file, 0o755);
}

/** The demo's own, over the copy of the policy and one service in place of three. */
async function writeConfig(): Promise<void> {
  const file = join(folder, CONFIG);
  mkdirSync(dirname(file));
  const port = Number(new URL(upstream.url).port);
  writeDemoConfig(file, {
    listen: `127.0.0.1:${await freePort()}`,
    adminListen: `127.0.0.1:${await freePort()}`,
    collectorListen: "127.0.0.1:0",
    services: { orders: [port], payments: [port], catalogue: [port] },
  });
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/".*policies\/(\w+\.\w+)"/g, '"../policies/$1"'));
}

async function outputOf(step: Step): Promise<string> {
  if (step.kind === "file") {
    writeStep(step);
    return "";
  }
  const text = step.text
    // What was answered just now is stored already, so the ten seconds of patience are not needed.
    .replace("policy propose ", "policy propose --until 0s ")
    .replaceAll(`127.0.0.1:${PORTS.proxy}`, new URL(weir.proxy).host)
    .replaceAll(`127.0.0.1:${PORTS.admin}`, new URL(weir.admin).host);
  const printed = await shell(text);
  if (text.includes("curl ")) await weir.drained();
  return printed
    .replaceAll(new URL(weir.proxy).host, `127.0.0.1:${PORTS.proxy}`)
    .replaceAll(new URL(weir.admin).host, `127.0.0.1:${PORTS.admin}`);
}

function writeStep({ path, text, isAddition }: Extract<Step, { kind: "file" }>): void {
  const file = join(folder, path);
  if (isAddition) {
    if (!existsSync(file)) throw new Error(`${path} is not there`);
    return appendFileSync(file, text);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Both outputs of a command line, as a terminal has them. */
function shell(command: string): Promise<string> {
  const env = { HOME: folder, TZ: "UTC", PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${command} 2>&1`], { cwd: folder, env }, (_, out) => resolve(out));
  });
}

describe("policies/README.md", () => {
  // `vitest -u` writes what is printed now into it.
  test("shows what its commands print", async () => {
    await expect(await withOutputs(document, outputOf)).toMatchFileSnapshot(FILE);
  });

  test("has no commands that nobody runs, and names each file that it tells to write", () => {
    expect(strayCommands(document)).toEqual([]);
    const paths = stepsOf(document).flatMap((step) => (step.kind === "file" ? [step.path] : []));
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => !document.includes(`\`${path}\``))).toEqual([]);
  });

  test("links only to files that exist", () => {
    const linked = [...document.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to]) => to ?? "");
    expect(linked).toContain("../README.md");
    expect(linked.filter((to) => !existsSync(join(dirname(FILE), to)))).toEqual([]);
  });

  test("the comparison bites", async () => {
    const shown = "deny: policies/policy.csv:18: p, role:support, /orders, POST, deny";
    expect(likeness(shown.replace(":18", ":19"))).not.toBe(likeness(shown));
    const stale = `\`\`\`console\n$ weir a\nallow in 3 ms\n$ weir b\n${shown}\n\`\`\`\n`;
    const printed = ["allow in 12 ms", shown.replace("deny", "allow")];
    expect(await withOutputs(stale, () => Promise.resolve(printed.shift() ?? ""))).toBe(
      stale.replace("deny: p", "allow: p"),
    );
  });
});
