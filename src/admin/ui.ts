// Serves the built web UI: hashed files for ever, the page always fresh, and words where it is missing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import express, { type Express, type Request, type Response } from "express";

const FOREVER = "public, max-age=31536000, immutable";

const MISSING = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>weir: the UI is not built</title>
<h1>The UI is not built</h1>
<p>Run <code>npm run build:ui</code> in weir's folder, then reload this page.</p>
<p>The API answers meanwhile: <a href="/api/v1/status">status</a>,
<a href="/api/v1/openapi.json">its description</a>.</p>
</html>
`;

/** Looked up for each request, so that a build shows without a restart. */
export function serveUi(app: Express, folder: string): void {
  app.use(
    "/assets",
    express.static(join(folder, "assets"), {
      index: false,
      redirect: false,
      setHeaders: (response) => void response.setHeader("cache-control", FOREVER),
    }),
  );
  app.use(express.static(folder, { index: false, redirect: false, maxAge: "1h" }));
  app.get(/^\/(?!api(?:\/|$)|assets\/)/, (request, response) =>
    page(folder, { request, response }),
  );
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

function page(folder: string, { request, response }: Exchange): void {
  response.setHeader("cache-control", "no-cache");
  const file = join(folder, "index.html");
  if (existsSync(file)) response.sendFile(file, { cacheControl: false });
  else
    response
      .status(request.path === "/" ? 200 : 404)
      .type("html")
      .send(MISSING);
}
