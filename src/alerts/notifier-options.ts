// Who is told of alerts, and when: what a file of alerts says of it, checked and complete.

export const NOTIFIER_KINDS = ["webhook", "slack", "alertmanager", "smtp", "action"] as const;
type NotifierKind = (typeof NOTIFIER_KINDS)[number];

/**
 * For a while, to the endpoint of the labels service and upstream. hold_endpoint: it is taken out;
 * lower_weight: it keeps a share of its weight. roll_back_policy: the policy before the last change decides, until
 * the files change or somebody has them read again.
 */
export const ALERT_ACTIONS = ["hold_endpoint", "lower_weight", "roll_back_policy"] as const;

export interface NotifierOptions {
  readonly name: string;
  readonly kind: NotifierKind;
  /** May hold a secret, so it is never shown; empty: something is done inside weir. */
  readonly url: string;
  /** Signs a webhook; empty: it is not signed. */
  readonly secret: string;
  /** Of a mail server; empty: nobody logs in. */
  readonly user: string;
  readonly password: string;
  /** Addresses of an e-mail. */
  readonly from: string;
  readonly to: readonly string[];
  /** What kind `action` does; the rest says for how long, and how often at most. */
  readonly action?: (typeof ALERT_ACTIONS)[number] | undefined;
  readonly for?: string | undefined;
  readonly most_per_hour?: number | undefined;
  /** Part of its weight that an endpoint keeps. */
  readonly share?: number | undefined;
  /** How long before its alert a policy may have changed to be what is rolled back. */
  readonly within?: string | undefined;
}

export interface GroupOptions {
  /** Labels that alerts of one message share. */
  readonly by: readonly string[];
  /** From a change to its message, so that what breaks together is told together. */
  readonly waitMs: number;
  /** Between two messages about what goes on. */
  readonly repeatMs: number;
}
