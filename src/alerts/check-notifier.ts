// What is wrong with somebody to be told beyond the shape: which keys go with which kind.
import type { Finding } from "../config/fault.ts";
import type { NotifierInput } from "./file-schema.ts";
import { ALERT_ACTIONS } from "./notifier-options.ts";

const MAIL_KEYS = ["user", "password", "from", "to"] as const;

const ACTION_KEYS = ["action", "for", "most_per_hour", "share", "within"] as const;

const ACTION_ONLY = [
  ["share", ["lower_weight"]],
  ["for", ["hold_endpoint", "lower_weight"]],
  ["within", ["roll_back_policy"]],
] as const;

/** Paths begin at the one to be told. */
export function checkNotifier(input: NotifierInput): readonly Finding[] {
  return input.kind === "action" ? checkAction(input) : checkReceiver(input);
}

/** What is done inside weir has no address, and nobody to log in. */
function checkAction(input: NotifierInput): readonly Finding[] {
  const given = (["url", "secret", ...MAIL_KEYS] as const).filter((key) => input[key].length > 0);
  const message = `is required: one of ${ALERT_ACTIONS.join(", ")}`;
  return [
    ...(input.action === undefined ? [{ path: ["action"], message }] : []),
    ...given.map((key) => ({ path: [key], message: "goes with no action; remove it" })),
    ...ACTION_ONLY.filter(([key, actions]) => {
      return input[key] !== undefined && !actions.some((each) => each === input.action);
    }).map(([key, actions]) => {
      return { path: [key], message: `goes with action: ${actions.join(" or ")} only; remove it` };
    }),
  ];
}

function checkReceiver(input: NotifierInput): readonly Finding[] {
  const isMail = input.kind === "smtp";
  const given = MAIL_KEYS.filter((key) => input[key].length > 0);
  const acting = ACTION_KEYS.filter((key) => input[key] !== undefined);
  return [
    ...urlFault(input, isMail),
    ...(isMail ? missing(input) : given.map(onlyMail)),
    ...(input.secret === "" || input.kind === "webhook"
      ? []
      : [{ path: ["secret"], message: "signs webhooks only; remove it" }]),
    ...acting.map((key) => ({ path: [key], message: "goes with kind: action only; remove it" })),
  ];
}

function urlFault({ url }: NotifierInput, isMail: boolean): readonly Finding[] {
  const needed = isMail ? "smtp://HOST[:PORT] or smtps://HOST[:PORT]" : "an http(s) URL";
  if (url === "") return [{ path: ["url"], message: `is required: ${needed}` }];
  if (isMail === /^smtps?:/i.test(url)) return [];
  return [{ path: ["url"], message: `must be ${needed}` }];
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
