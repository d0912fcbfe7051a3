// Express in front of the endpoints: headers, access, bodies, then the list, the UI, and faults.
import type { ServerResponse } from "node:http";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Log } from "../core/log.ts";
import { createEndpoints } from "./endpoints.ts";
import { createAccess } from "./http/access.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { Problem, toProblem } from "./http/problem.ts";
import { setSecurityHeaders } from "./http/security-headers.ts";
import { sendProblem, sendReply } from "./http/send.ts";
import type { AdminParts } from "./parts.ts";
import { serveUi } from "./ui.ts";

export interface AdminApp {
  readonly app: Express;
  readonly close: () => void;
}

const BODY_LIMIT = "256kb";
/** Everything else is the UI's files, which hold nothing secret and ask for the token themselves. */
const GUARDED = /^\/(?:api(?:\/|$)|metrics$|readyz$)/i;

export function createAdminApp(parts: AdminParts): AdminApp {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.enable("case sensitive routing");
  const access = createAccess(parts);
  app.use((request, response, next) => {
    setSecurityHeaders(response);
    if (GUARDED.test(request.path)) access(request);
    next();
  });
  register(app, createEndpoints(parts));
  serveUi(app, parts.ui);
  app.use((request) => {
    throw new Problem("not_found", `no ${request.method} ${request.path.slice(0, 200)}`);
  });
  app.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction) =>
    fail(response, { thrown, log: parts.log }),
  );
  return { app, close: () => undefined };
}

function register(app: Express, endpoints: readonly Endpoint[]): void {
  for (const endpoint of endpoints) {
    const path = expressPath(endpoint.path);
    if (endpoint.body !== null) app.post(path, demandJson, express.json({ limit: BODY_LIMIT }));
    app[endpoint.method](path, async (request, response) => {
      const { params, query, body } = request as { params: unknown; query: unknown; body: unknown };
      await sendReply(response, await endpoint.handle({ path: params, query, body }));
    });
  }
  for (const { path, method } of endpoints) {
    app.all(expressPath(path), () => {
      const allow = method === "get" ? "GET, HEAD" : "POST";
      throw new Problem("method_not_allowed", `only ${allow}`, { headers: { allow } });
    });
  }
}

/** "/traces/{id}" as Express writes it. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(?<name>\w+)\}/g, ":$<name>");
}

/** A form's content type can be sent across sites without asking; JSON can't. */
function demandJson(request: Request, _response: Response, next: NextFunction): void {
  if (request.is("application/json") === false) {
    throw new Problem("unsupported_type", "send content-type: application/json");
  }
  next();
}

function fail(
  response: ServerResponse,
  { thrown, log }: { readonly thrown: unknown; readonly log: Log },
): void {
  const problem = toProblem(thrown);
  if (problem.code === "internal") {
    const cause = problem.cause instanceof Error ? problem.cause.stack : String(problem.cause);
    log.error("admin_failed", { cause });
  }
  sendProblem(response, problem);
}
