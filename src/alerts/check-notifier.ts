// What is wrong with somebody to be told beyond the shape: which keys go with which kind.
import type { Finding } from "../config/fault.ts";
import type { NotifierInput } from "./file-schema.ts";

const MAIL_KEYS = ["user", "password", "from", "to"] as const;

/** Paths begin at the one to be told. */
export function checkNotifier(input: NotifierInput): readonly Finding[] {
  const isMail = input.kind === "smtp";
  const isMailUrl = /^smtps?:/i.test(input.url);
  const needed = isMail ? "smtp://HOST[:PORT] or smtps://HOST[:PORT]" : "an http(s) URL";
  const given = MAIL_KEYS.filter((key) => input[key].length > 0);
  return [
    ...(isMail === isMailUrl ? [] : [{ path: ["url"], message: `must be ${needed}` }]),
    ...(isMail ? missing(input) : given.map(onlyMail)),
    ...(input.secret === "" || input.kind === "webhook"
      ? []
      : [{ path: ["secret"], message: "signs webhooks only; remove it" }]),
  ];
}

function missing({ from, to, user, password }: NotifierInput): readonly Finding[] {
  const login = (user === "") !== (password === "");
  return [
    ...(from === "" ? [{ path: ["from"], message: "is required: an e-mail address" }] : []),
    ...(to.length === 0 ? [{ path: ["to"], message: "is required: e-mail addresses" }] : []),
    ...(login ? [{ path: ["user"], message: "and password come together" }] : []),
  ];
}

function onlyMail(key: string): Finding {
  return { path: [key], message: "goes with kind: smtp only; remove it" };
}
