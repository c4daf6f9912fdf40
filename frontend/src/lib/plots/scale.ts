// Places of values on an axis, and where its ticks stand. Everything here is pure.

export interface Scale {
  /** The place of a value between 0 and 1; null where it has none. */
  at: (value: number) => number | null;
  ticks: readonly number[];
}

const WANTED = 5;

/** A scale over values, with ticks at round ones. */
export function scale(values: readonly (number | null)[], { log = false, zero = false, wanted = WANTED } = {}): Scale {
  const known = values.filter((one): one is number => one !== null && (!log || one > 0));
  let least = known.reduce((one, other) => Math.min(one, other), zero ? 0 : Infinity);
  let most = known.reduce((one, other) => Math.max(one, other), zero ? 0 : -Infinity);
  if (known.length === 0) [least, most] = [log ? 1 : 0, log ? 10 : 1];
  if (log) return logarithmic(least, most);
  if (most === least) [least, most] = [least - (zero ? 0 : 0.5), most + (zero ? 1 : 0.5)];
  const step = round((most - least) / wanted);
  const from = Math.floor(least / step + 1e-9) * step;
  const to = Math.ceil(most / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, n) => Number((from + n * step).toPrecision(12)));
  return { at: (value) => (value - from) / (to - from), ticks };
}

function logarithmic(least: number, most: number): Scale {
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  const step = Math.max(1, Math.ceil((to - from) / WANTED));
  const ticks = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => 10 ** (from + n * step));
  return { at: (value) => (value > 0 ? (Math.log10(value) - from) / (to - from) : null), ticks };
}

/** The round step next to one. */
function round(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((one) => one >= step * 0.999) ?? 10 * power;
}
