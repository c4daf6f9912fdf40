// Times as people say them. All functions are pure; `now` and durations are milliseconds.
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const EXACT = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const DATE = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

export const millis = (at: string): number => Date.parse(at);

/** The date with the time to the second, in the reader's zone. */
export const exact = (at: string): string => EXACT.format(millis(at));

/** The date alone. */
export const day = (at: string): string => DATE.format(millis(at));

/** The time of day to the millisecond. */
export const clockTime = (at: string): string => CLOCK.format(millis(at));

/** The reader's time zone by name. */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** One rounded unit: "3 s", "9 min", "23 h", "4 d". */
export function about(span: number): string {
  const length = Math.abs(span);
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

/** How long is left, in one unit; days are rounded, so that 30 days are 30 from the first second on. */
export const left = (span: number): string => about(span >= 2 * DAY ? Math.round(span / DAY) * DAY : span);

/** How long something took: "12 ms", "0.4 s", "12 s", "1 min 12 s", "2 h 5 min", "3 d 4 h". */
export function duration(span: number): string {
  const length = Math.max(0, span);
  if (length < 100) return `${Math.round(length)} ms`;
  if (length < 10 * SECOND) return `${(length / SECOND).toFixed(1)} s`;
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return twoUnits(length, MINUTE, "min", SECOND, "s");
  if (length < DAY) return twoUnits(length, HOUR, "h", MINUTE, "min");
  return twoUnits(length, DAY, "d", HOUR, "h");
}

function twoUnits(length: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((length % large) / small);
  const whole = `${Math.floor(length / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** Milliseconds from one moment to another; null where one is missing. */
export function between(from: string | null | undefined, to: string | null | undefined): number | null {
  return from && to ? millis(to) - millis(from) : null;
}

/** The beginning of a day of the reader's calendar, written as 2026-11-22. */
export const dayStart = (day: string): number => new Date(`${day}T00:00:00`).getTime();

/** The moment a day of the reader's calendar is over; days have 23 to 25 hours. */
export function dayEnd(day: string): number {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return next.getTime();
}

/** A moment's day in the reader's calendar, written as 2026-11-22. */
export function calendarDay(now: number): string {
  const at = new Date(now);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A moment in the reader's zone as a field for date and time takes it: "2026-11-22T14:02". */
export function localMinute(at: string): string {
  const moment = new Date(at);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${calendarDay(moment.getTime())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
