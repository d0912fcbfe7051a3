// What the HTTPS binding of the OpenID AuthZEN Authorization API 1.0 (section 10) has of its own.
import type { NextFunction, Request, Response } from "express";

/** A thousand questions of a kilobyte. */
export const AUTHZEN_BODY_LIMIT = "1mb";

/** Clients find their answers by it, refusals too (section 10.1.3). */
export function giveBackRequestId(request: Request, response: Response, next: NextFunction): void {
  const id = request.headers["x-request-id"];
  if (typeof id === "string") response.setHeader("x-request-id", id);
  next();
}
