// Lines to be drawn, and what is reckoned of them. Everything here is pure; the drawing is in `drawing.ts`.

/** One line: where it is at each of its places along the axis, ascending; null where nothing is known. */
export interface Line {
  name: string;
  xs: readonly number[];
  ys: readonly (number | null)[];
  /** A state whose colour it has; other lines take colours in turn. */
  state?: string;
}

/** What the axis counts: moments (milliseconds since 1970), a span (milliseconds since the beginning), or steps. */
export type Along = "time" | "span" | "step";

/** Places along the axis, and what each line is there. */
export interface Joined {
  xs: number[];
  lines: (number | null | undefined)[][];
}

/** All lines over one axis. Where a line has no point it is undefined, and drawn through; where it is null it breaks off. */
export function joined(lines: readonly Line[]): Joined {
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((one, other) => one - other);
  const place = new Map(xs.map((x, at) => [x, at]));
  return {
    xs,
    lines: lines.map((line) => {
      const row = new Array<number | null | undefined>(xs.length);
      line.xs.forEach((x, at) => (row[place.get(x) ?? 0] = line.ys[at]));
      return row;
    }),
  };
}

/** Each value as the mean of those up to it, older ones weighing less; 0 leaves all as it is. Gaps stay gaps. */
export function smoothed(ys: readonly (number | null | undefined)[], weight: number): (number | null | undefined)[] {
  if (weight <= 0) return [...ys];
  let sum = 0;
  let worth = 0;
  return ys.map((y) => {
    if (y === null || y === undefined) return y;
    sum = sum * weight + y * (1 - weight);
    worth = worth * weight + (1 - weight);
    return sum / worth;
  });
}

/** The place of the axis next to a value; -1 where there is none. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  return before >= 0 && x - (xs[before] ?? 0) <= (xs[low] ?? Infinity) - x ? before : low < xs.length ? low : -1;
}

/** The last known value of a line at or before a place. */
export function lastAt(ys: readonly (number | null | undefined)[], place: number): number | null {
  for (let at = Math.min(place, ys.length - 1); at >= 0; at -= 1) {
    const y = ys[at];
    if (y !== undefined) return y;
  }
  return null;
}

export interface Range {
  from: number;
  to: number;
}

/** A window on the axis, made narrower or wider around a place and kept inside of the whole. */
export function zoomed(now: Range, whole: Range, around: number, factor: number): Range {
  const width = Math.min(whole.to - whole.from, (now.to - now.from) * factor);
  const share = now.to > now.from ? Math.min(1, Math.max(0, (around - now.from) / (now.to - now.from))) : 0.5;
  const from = Math.min(whole.to - width, Math.max(whole.from, around - width * share));
  return { from, to: from + width };
}

/** The places that a table of at most `most` rows shows: evenly spread, with the first and the last. */
export function thinned(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: most }, (_, at) => Math.round((at * (count - 1)) / (most - 1)));
}

/** The least, the largest and the last value; null for a line without any. */
export function extent(ys: readonly (number | null | undefined)[]): { least: number; most: number; last: number } | null {
  const known = ys.filter((y): y is number => typeof y === "number");
  const last = known.at(-1);
  if (last === undefined) return null;
  return { least: known.reduce((one, y) => Math.min(one, y)), most: known.reduce((one, y) => Math.max(one, y)), last };
}
