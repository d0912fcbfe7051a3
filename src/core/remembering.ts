// Remembers what was made of short texts that come again and again, such as names of header fields.

const MAX_TEXTS = 1_000;
const MAX_CHARS = 64;
const SCRATCH = Buffer.allocUnsafeSlow(MAX_CHARS);

/** `make`, asked once for a text; once too many are known, all are forgotten, since others may come by now. */
export function remembering<Made extends string | boolean>(
  make: (text: string) => Made,
): (text: string) => Made {
  const known = new Map<string, Made>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const own = text.length > MAX_CHARS ? "" : ownCopy(text);
    if (own !== text) return make(text);
    const made = make(own);
    if (known.size >= MAX_TEXTS) known.clear();
    known.set(own, made);
    return made;
  };
}

/** To remember a part of a longer text would keep all of that in memory. Of characters beyond Latin-1, another text. */
function ownCopy(text: string): string {
  return SCRATCH.toString("latin1", 0, SCRATCH.write(text, "latin1"));
}
