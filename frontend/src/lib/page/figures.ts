// Figures as people read them.
const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const FINE = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** Bytes in decimal units: "41 KB", "18.2 MB". */
export function bytes(size: number): string {
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`;
}

/** A count with separators: "4,120"; parts of one keep a decimal. */
export const count = (value: number): string => (Number.isInteger(value) ? WHOLE : SHORT).format(value);

/** A measured value with four figures: "0.9412", "1,204". */
export const measure = (value: number): string =>
  Number.isInteger(value) ? WHOLE.format(value) : Math.abs(value) >= 1000 ? SHORT.format(value) : FINE.format(value);

/** How far something is, in whole percent: rounded down so that 100 % means done. */
export const percent = (share: number): number => Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9);

/** A share of one, rounded: "38 %". Only nothing is 0 %, and only all is 100 %. */
export function portion(share: number): string {
  if (share <= 0 || share >= 1) return share <= 0 ? "0 %" : "100 %";
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}
