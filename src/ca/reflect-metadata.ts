// The three functions of the Reflect metadata proposal that @peculiar/x509's container of parts asks for.
// Loaded before it, and only where certificates are written; a fuller one that is there stays.

type Metadata = Map<unknown, unknown>;

const known = new WeakMap<object, Metadata>();

function ownOf(key: unknown, target: object): unknown {
  return known.get(target)?.get(key);
}

/** Its own, or else that of what it inherits from. */
function metadataOf(key: unknown, target: object): unknown {
  for (
    let at: object | null = target;
    at !== null;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    if (known.get(at)?.has(key) === true) return ownOf(key, at);
  }
  return undefined;
}

function define(key: unknown, value: unknown, target: object): void {
  const metadata: Metadata = known.get(target) ?? new Map<unknown, unknown>();
  known.set(target, metadata.set(key, value));
}

/** Does nothing where there is one already. */
export function provideReflectMetadata(): void {
  if ("getMetadata" in Reflect) return;
  Object.assign(Reflect, {
    defineMetadata: define,
    getMetadata: metadataOf,
    getOwnMetadata: ownOf,
  });
}
