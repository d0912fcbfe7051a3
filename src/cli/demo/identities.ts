// Who calls in the demo; the keys are no secret, they open nothing but the demo.

export const SHOP_KEY = "demo-key-of-the-shop";

/** Subjects of policies/policy.csv and their keys. */
export const DEMO_KEYS: readonly { readonly subject: string; readonly key: string }[] = [
  { subject: "alice", key: "demo-key-of-alice" },
  { subject: "bob", key: "demo-key-of-bob" },
  { subject: "carol", key: "demo-key-of-carol" },
  { subject: "dave", key: "demo-key-of-dave" },
  { subject: "shop", key: SHOP_KEY },
];
