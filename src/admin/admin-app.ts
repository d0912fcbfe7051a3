// Express in front of the endpoints: headers, access, bodies, then the list, the UI, and faults.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Log } from "../core/log.ts";
import { createEndpoints } from "./endpoints.ts";
import { AUTHZEN_BODY_LIMIT, giveBackRequestId } from "./http/authzen-binding.ts";
import type { AccessRules } from "./http/access.ts";
import { accessRules } from "./access-rules.ts";
import { Door } from "./http/door.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { Problem, type ProblemCode, toProblem } from "./http/problem.ts";
import type { Refusals } from "./http/refusals.ts";
import { setSecurityHeaders } from "./http/security-headers.ts";
import { sendProblem, sendReply } from "./http/send.ts";
import { RequestCounts } from "./metrics/request-counts.ts";
import type { AdminParts } from "./parts.ts";
import { createTail } from "./tail/tail.ts";
import { serveUi } from "./ui.ts";

export interface AdminApp {
  readonly listener: RequestListener;
  readonly endpoints: readonly Endpoint[];
  /** Their watchers come again, if they still may. */
  readonly endTails: () => void;
  readonly close: () => void;
}

/** What the server in front of the app knows and shares. */
export interface Front extends Pick<AccessRules, "tlsOf"> {
  readonly refusals: Refusals;
}

const BODY_LIMIT = "256kb";

export function createAdminApp(parts: AdminParts, { tlsOf, refusals }: Front): AdminApp {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.enable("case sensitive routing");
  app.use((_request, response, next) => {
    setSecurityHeaders(response);
    next();
  });
  const live = { counts: new RequestCounts(), tail: createTail(parts.rows), refusals };
  const stopCounting = parts.rows.subscribe(live.counts.count);
  const door = new Door({
    ...accessRules(parts, tlsOf),
    roles: () => parts.running().roles,
    audit: parts.audit,
    refusals,
  });
  const endpoints = createEndpoints(parts, live);
  for (const endpoint of endpoints) register(app, endpoint, door);
  refuseOtherMethods(app, endpoints, door);
  serveUi(app, parts.ui);
  const close = (): void => {
    stopCounting();
    live.tail.close();
  };
  // Instead of an error handler: Express comes here with what was thrown, or where nothing matched.
  const listener: RequestListener = (request, response) =>
    app(request as Request, response as Response, (thrown: unknown) => {
      fail(response, { thrown: thrown ?? nothingAt(request), log: parts.log });
    });
  return { listener, endpoints, endTails: live.tail.close, close };
}

function register(app: Express, endpoint: Endpoint, door: Door): void {
  const { method } = endpoint;
  const path = expressPath(endpoint.path);
  const isAuthzen = endpoint.binding === "authzen";
  if (isAuthzen) app.all(path, giveBackRequestId);
  // The UI's files need none: they hold nothing secret, and it is they who ask people for the token.
  if (endpoint.open !== true) {
    app.all(path, (request, _response, next) => {
      if (isFor(endpoint, request)) door.admit(endpoint, request);
      next();
    });
  }
  if (endpoint.body !== null) {
    const limit = isAuthzen ? AUTHZEN_BODY_LIMIT : BODY_LIMIT;
    app.post(
      path,
      demandJson(isAuthzen ? "bad_body" : "unsupported_type"),
      express.json({ limit }),
    );
  }
  app[method](path, async (request, response) => {
    const { params, query, body } = request as { params: unknown; query: unknown; body: unknown };
    const work = () => endpoint.handle({ path: params, query, body, request });
    await sendReply(response, await door.audited(endpoint, request, work));
  });
}

/** Several endpoints may share a path, each with a method of its own. */
function isFor({ method }: Endpoint, request: IncomingMessage): boolean {
  const asked = request.method === "HEAD" ? "get" : request.method?.toLowerCase();
  return asked === method;
}

function refuseOtherMethods(app: Express, endpoints: readonly Endpoint[], door: Door): void {
  for (const [path, same] of Map.groupBy(endpoints, (each) => each.path)) {
    const words = same.map(({ method }) => (method === "get" ? "GET, HEAD" : method.toUpperCase()));
    const allow = words.join(", ");
    app.all(expressPath(path), (request) => {
      for (const endpoint of same) if (endpoint.open !== true) door.admit(endpoint, request);
      throw new Problem("method_not_allowed", `only ${allow}`, { headers: { allow } });
    });
  }
}

/** "/traces/{id}" as Express writes it. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(?<name>\w+)\}/g, ":$<name>");
}

/** A form's content type can be sent across sites without asking; JSON can't. */
function demandJson(otherwise: ProblemCode) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (request.is("application/json") === false) {
      throw new Problem(otherwise, "send content-type: application/json");
    }
    next();
  };
}

function nothingAt({ method, url = "" }: IncomingMessage): Problem {
  return new Problem("not_found", `no ${method} ${url.split("?")[0]?.slice(0, 200)}`);
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
