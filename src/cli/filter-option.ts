// `--filter KEY=VALUE`: the admin API's own filters of requests, as often as wanted.
import { InvalidArgumentError, Option } from "commander";
import type { AdminParams } from "./admin-client.ts";

/** `about`: what they do to the question. */
export function filterOption(about: string): Option {
  return new Option("--filter <key=value>", `${about}: route=orders; can repeat`).argParser(
    readFilter,
  );
}

function readFilter(text: string, before: AdminParams = {}): AdminParams {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is KEY=VALUE, such as route=orders.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
