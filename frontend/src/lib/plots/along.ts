// How places along an axis are written: at its ticks, and in full.
import { count } from "../page/figures";
import { duration, exact } from "../page/time";
import type { Along } from "./lines";

const MINUTE = 60_000;
const DAY = 86_400_000;
const HOURS = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAYS = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** A place in full: "Nov 28, 2026, 14:03:00", "2 min 5 s", "1,200". */
export function place(x: number, along: Along): string {
  if (along === "time") return exact(new Date(x).toISOString());
  return along === "span" ? duration(x) : count(x);
}

/** The texts at the ticks of an axis, as short as they stay apart from each other. */
export function ticks(xs: readonly number[], along: Along): string[] {
  if (along !== "time") return xs.map((x) => (along === "span" ? duration(x) : count(x)));
  const step = (xs[1] ?? 0) - (xs[0] ?? 0);
  if (step >= DAY) return xs.map((x) => DAYS.format(x));
  let shown = "";
  return xs.map((x) => {
    const time = (step < MINUTE ? SECONDS : HOURS).format(x);
    const day = DAYS.format(x);
    const before = shown;
    shown = day;
    // The day stands where it changes.
    return before !== "" && before !== day ? day : time;
  });
}
