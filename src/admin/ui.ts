// Serves the built web UI: hashed files for ever, the page always fresh, and words where it is missing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import express, { type Express, type NextFunction, type Request, type Response } from "express";

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
  const assets = join(folder, "assets");
  app.use(
    "/assets",
    (request: Request, response: Response, next: NextFunction) => {
      chooseForm(assets, { request, response });
      next();
    },
    express.static(assets, {
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

/** Endings of what the build wrote beside each file, the smallest first. */
const FORMS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** A hashed script or style in the smallest form the browser takes. */
function chooseForm(assets: string, { request, response }: Exchange): void {
  const name = /^\/(?<name>[\w-]+\.(?<type>js|css))(?:\?|$)/.exec(request.url)?.groups;
  if (name === undefined) return;
  response.vary("accept-encoding");
  const form = FORMS.find(([coding, ending]) => {
    const isTaken = request.acceptsEncodings(coding) !== false;
    return isTaken && existsSync(join(assets, `${name["name"]}${ending}`));
  });
  if (form === undefined) return;
  const [coding, ending] = form;
  response.setHeader("content-encoding", coding);
  response.type(name["type"] ?? "");
  request.url = `/${name["name"]}${ending}`;
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
