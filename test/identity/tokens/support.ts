// Keys, tokens and an issuer on loopback for tests of tokens.
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CompactSign, exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { onTestFinished } from "vitest";
import type { Clock } from "../../../src/core/clock.ts";
import { HeaderList } from "../../../src/core/header-list.ts";
import type { Authenticator, Verification } from "../../../src/identity/authenticator.ts";
import type { TokenOptions } from "../../../src/identity/options.ts";

export const ISSUER = "https://issuer.test";
const NOW_MS = Date.UTC(2026, 10, 22);
export const NOW_S = NOW_MS / 1000;

export const CLAIMS = { iss: ISSUER, sub: "alice", aud: "orders", exp: NOW_S + 300, jti: "t-1" };

export function tokenOptions(changes: Partial<TokenOptions> = {}): TokenOptions {
  return {
    issuer: ISSUER,
    audience: ["orders"],
    jwks_url: "",
    discovery: false,
    keys: [],
    secrets: [],
    algorithms: [],
    introspection: null,
    leeway_ms: 30_000,
    claims: { subject: "sub", audience: "aud", roles: "roles", attributes: {} },
    ...changes,
  };
}

export interface Signer {
  readonly pem: string;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly sign: (claims?: object, header?: object) => Promise<string>;
  /** Claims as no library would write them. */
  readonly signText: (claims: string) => Promise<string>;
}

export async function createSigner(alg = "ES256", kid = "k1"): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    pem: await exportSPKI(publicKey),
    jwk: { ...(await exportJWK(publicKey)), kid },
    sign: (claims = CLAIMS, header = {}) =>
      new SignJWT(claims as Record<string, unknown>)
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey),
    signText: (claims) =>
      new CompactSign(Buffer.from(claims)).setProtectedHeader({ alg, kid }).sign(privateKey),
  };
}

export interface ManualClock extends Clock {
  readonly pass: (ms: number) => void;
}

export function manualClock(): ManualClock {
  let ms = NOW_MS;
  return { nowNs: () => ms * 1e6, wallMs: () => ms, pass: (more) => void (ms += more) };
}

/** As if nobody ever failed. */
export const NO_FAILURES = { wait: (): number => 0 };

export const CALLER = { address: "192.0.2.1", tls: null };

export async function outcomeOf(authenticator: Authenticator, token: string): Promise<string> {
  return (await verificationOf(authenticator, token)).outcome;
}

export async function verificationOf(
  authenticator: Authenticator,
  token: string,
): Promise<Verification> {
  const found = await authenticator.authenticate(
    new HeaderList(["Authorization", `Bearer ${token}`]),
    CALLER,
  );
  if (found === null) throw new Error("no credentials were found");
  return found;
}

export interface TestIssuer {
  readonly url: string;
  /** Paths that were asked for, with what was sent. */
  readonly asked: {
    readonly path: string;
    readonly body: string;
    readonly authorization: string;
  }[];
  /** What each path answers; one that is not there is a 404. */
  readonly answers: Map<string, unknown>;
}

type Answer = (response: ServerResponse, body: string) => void;

/** JSON for each path, or a function that answers; closed when the test ends. */
export async function startIssuer(answers: Record<string, unknown> = {}): Promise<TestIssuer> {
  const asked: TestIssuer["asked"] = [];
  const byPath = new Map(Object.entries(answers));
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      asked.push({ path, body, authorization: headers.authorization ?? "" });
      const answer = byPath.get(path);
      if (typeof answer === "function") (answer as Answer)(response, body);
      else {
        response.writeHead(answer === undefined ? 404 : 200, {
          "content-type": "application/json",
        });
        response.end(JSON.stringify(answer));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, answers: byPath };
}
