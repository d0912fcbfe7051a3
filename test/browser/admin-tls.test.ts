// The UI over https, as a real admin server beyond loopback serves it: by a token, and by a client certificate.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import { loadTls } from "../../src/control/tls/tls-files.ts";
import { adminParts } from "../admin/support/admin-kit.ts";
import { createAuthority } from "../support/certificates.ts";
import { openPage, startBrowser } from "./support/browser.ts";

const TOKEN = "viewer-token-0123456789";
const authority = createAuthority();
const server = authority.issue("server", { san: "IP:127.0.0.1" });
const olga = authority.issue("olga", { san: "URI:spiffe://test/olga" });

let browser: Browser;
let admin: Admin;
let url: string;

beforeAll(async () => {
  const parts = adminParts({
    tokens: [{ token: TOKEN, name: "victor", role: "viewer" }],
    certificates: [{ subject: "spiffe://test/olga", role: "owner" }],
    ui: join(import.meta.dirname, "../../dashboards/web/dist"),
  });
  const before = parts.running();
  const { config } = before;
  const tls = { ...server, min_version: "1.2", client_certificates: { ca: authority.ca, crl: "" } };
  const secured = { ...config, admin: { ...config.admin, tls } } as typeof config;
  const loaded = loadTls(secured);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  admin = await startAdmin({
    ...parts,
    running: () => ({ ...before, config: secured, tls: loaded.tls }),
  });
  url = `https://127.0.0.1:${admin.address.port}`;
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await admin?.close();
  authority[Symbol.dispose]();
});

/** As if from beyond loopback. */
function open(options: BrowserContextOptions = {}) {
  const extraHTTPHeaders = { "x-forwarded-for": "203.0.113.7" };
  return openPage(browser, url, { ignoreHTTPSErrors: true, extraHTTPHeaders, ...options });
}

it("asks who you are, names both ways in, and lets a viewer's token in", async () => {
  const { page, complaints, close } = await open();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("admin.certificates").waitFor();
  const text = await dialog.innerText();
  expect(text).toContain("admin.token");
  expect(text).toContain("admin.tokens");
  const field = page.getByRole("textbox", { name: "Admin token" });
  await field.fill("wrong-token-0123456789");
  await field.press("Enter");
  await page.getByText("That token was not accepted.").waitFor();
  await field.fill(TOKEN);
  await field.press("Enter");
  await page.getByText("The store is starting.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

it("asks nothing of who comes with a client certificate", async () => {
  const [cert, key] = [olga.cert, olga.key].map((file) => readFileSync(file));
  const { page, complaints, close } = await open({
    clientCertificates: [{ origin: url, cert: cert as Buffer, key: key as Buffer }],
  });
  await page.getByText("The store is starting.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});
