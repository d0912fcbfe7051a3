// A line of values as bars of one character each.

const BARS = "▁▂▃▄▅▆▇█";
const MOST = BARS.length - 1;

/** At most `width` characters, up to the greatest value; only nothing is the lowest bar, and a gap (null) a blank. */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const merged = merge(values, width);
  const most = merged.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  return merged.map((value) => bar(value, most)).join("");
}

function bar(value: number | null, most: number): string {
  if (value === null) return " ";
  return BARS[value <= 0 ? 0 : Math.ceil((value / most) * MOST)] ?? " ";
}

/** Neighbours as one, by the greatest of them: a peak stays a peak, however narrow the terminal. */
function merge(values: readonly (number | null)[], width: number): readonly (number | null)[] {
  if (values.length <= width) return values;
  const from = (at: number): number => Math.floor((at * values.length) / width);
  return Array.from({ length: width }, (_, at) => {
    const near = values.slice(from(at), from(at + 1));
    return near.reduce((most, value) =>
      value !== null && value > (most ?? -Infinity) ? value : most,
    );
  });
}
