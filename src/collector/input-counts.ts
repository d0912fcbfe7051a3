// What came by other ways than OTLP, in memory that the main thread reads; only the receiver's thread writes.

export const INPUTS = ["files", "syslog"] as const;

export type Input = (typeof INPUTS)[number];

const NAMES = ["accepted", "cut", "malformed", "dropped", "refused"] as const;

type Name = (typeof NAMES)[number];

/**
 * Of lines or messages: `accepted` are in the spool; `cut` are values and lines that a limit cut short;
 * `malformed` came, as text, though they are not what they should be; `dropped` found no room; `refused`
 * are connections, or messages, of senders that are not to send, or of too many.
 */
export type InputCounts = Readonly<Record<Input, Readonly<Record<Name, number>>>>;

export type InputCount = (input: Input, name: Name, by?: number) => void;

export function createInputCells(): SharedArrayBuffer {
  return new SharedArrayBuffer(INPUTS.length * NAMES.length * Float64Array.BYTES_PER_ELEMENT);
}

export function countingInputs(memory: SharedArrayBuffer): InputCount {
  const cells = new Float64Array(memory);
  return (input, name, by = 1) => {
    const at = placeOf(input, name);
    cells[at] = (cells[at] ?? 0) + by;
  };
}

export function readInputCounts(memory: SharedArrayBuffer): InputCounts {
  const cells = new Float64Array(memory);
  const of = (input: Input): InputCounts[Input] => ({
    accepted: cells[placeOf(input, "accepted")] ?? 0,
    cut: cells[placeOf(input, "cut")] ?? 0,
    malformed: cells[placeOf(input, "malformed")] ?? 0,
    dropped: cells[placeOf(input, "dropped")] ?? 0,
    refused: cells[placeOf(input, "refused")] ?? 0,
  });
  return { files: of("files"), syslog: of("syslog") };
}

function placeOf(input: Input, name: Name): number {
  return INPUTS.indexOf(input) * NAMES.length + NAMES.indexOf(name);
}
