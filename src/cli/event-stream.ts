// Reads server-sent events (HTML Standard, 9.2.6) out of bytes, of limited length.

export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Far above any row; a longer event is not weir's. */
const MOST_CHARS = 4 * 1024 * 1024;

/** Each event once its blank line has come. Throws where the stream breaks or an event is too long. */
export async function* readEvents(bytes: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    if (rest.length > MOST_CHARS) throw new Error("an event is too long");
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== null) yield event;
    }
  }
}

/** null for comments and the like, which carry no data. */
function eventOf(block: string): StreamEvent | null {
  let type = "message";
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === "event") type = value;
    if (field === "data") data.push(value);
  }
  return data.length === 0 ? null : { type, data: data.join("\n") };
}
