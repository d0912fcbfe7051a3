// `weir/express`: the stages of the request path as middleware of an Express application.
import type { Request, RequestHandler, Response } from "express";
import { loadConfig, loadConfigObject } from "../config/load.ts";
import type { LoadResult } from "../config/load-result.ts";
import type { ConfigDocument } from "../config/schema.ts";
import type { ReloadResult } from "../control/reloader.ts";
import type { Identity } from "../core/identity.ts";
import { createLog, type Log } from "../core/log.ts";
import { startEngine } from "./engine.ts";
import { letAnswer } from "./guarded-reply.ts";
import { isBehindUnclear, NodeDownstream } from "./node-downstream.ts";
import type { RowReceiver } from "./recording.ts";

export interface WeirOptions {
  /**
   * Path of a weir.yaml, or what would stand in one; relative paths then begin at the working
   * folder. `listen`, `admin` and `workers` have no meaning here.
   */
  readonly config: string | ConfigDocument;
  /**
   * Gets each request's row before the last byte of its reply is handed over; must not keep it.
   * Without it rows go by the spool in `data` into `store`, as with `weir run`.
   */
  readonly rows?: RowReceiver;
  /** Standard error unless told. */
  readonly log?: Log;
}

/** What `guard` leaves for the handlers after it, as `response.locals.weir`. */
export interface Verified {
  readonly identity: Identity;
  /** Lower-case hex. */
  readonly traceId: string;
  /** Of the request; the parent of whatever its handlers do. */
  readonly spanId: string;
}

export interface Weir {
  /**
   * Answers every request: routed, identified, authorized and balanced, then forwarded by
   * http-proxy-middleware; else problem+json. Comes before anything that reads bodies.
   */
  readonly middleware: () => RequestHandler;
  /**
   * Lets through what the policy allows, to the application's own handlers; refuses the rest.
   * Policies see the path as the client wrote it, wherever the router is mounted; it must be in normal
   * form, since Express chose the handler by the spelling.
   * Express ignores case and a last slash: where rules deny by path, enable its "case sensitive
   * routing" and "strict routing".
   */
  readonly guard: () => RequestHandler;
  /** Reads config and policy again; a fault leaves what is in force. */
  readonly reload: () => Promise<ReloadResult>;
  /** Ends what it started, the rows delivered as far as possible; close the server before. */
  readonly close: () => Promise<void>;
}

/** @throws Error with every fault of config or policy, one a line. */
export async function createWeir(options: WeirOptions): Promise<Weir> {
  const { config, rows = null, log = createLog("info") } = options;
  const engine = await startEngine({ load: () => load(config), rows, log });
  const { open, handler, guard } = engine.pipeline;
  return {
    middleware: () => (request, response, next) => {
      if (isBehindUnclear(request)) return;
      if (bodyIsGone(request)) {
        next(new Error("weir.middleware() must come before what reads request bodies"));
        return;
      }
      void handler(open(downstreamOf(request, response)));
    },
    guard: () => (request, response, next) => {
      if (isBehindUnclear(request)) return;
      void guard(open(downstreamOf(request, response)), (_permit, exchange) => {
        const { identity, traceId, spanId } = exchange.record;
        response.locals["weir"] = { identity, traceId, spanId } satisfies Verified;
        return letAnswer({ exchange, request, response }, next);
      });
    },
    reload: engine.reload,
    close: engine.close,
  };
}

function load(config: string | ConfigDocument): LoadResult {
  if (typeof config === "string") return loadConfig(config, process.env);
  return loadConfigObject(config, process.cwd(), process.env);
}

/** The target as the client wrote it, wherever the router is mounted. */
function downstreamOf(request: Request, response: Response): NodeDownstream {
  return new NodeDownstream(request, response, request.originalUrl);
}

/** A body that something read before can't be forwarded. */
function bodyIsGone({ headers, readableDidRead }: Request): boolean {
  const hasBody = "content-length" in headers || "transfer-encoding" in headers;
  return readableDidRead && hasBody && headers["content-length"] !== "0";
}
