// Says the usual cron expressions in words and makes them from a form. What it cannot say it shows as it is.
import { texts } from "../../texts";

export type Rhythm = "hourly" | "daily" | "weekly" | "monthly" | "cron";

export interface Times {
  rhythm: Rhythm;
  minute: number;
  hour: number;
  /** Days of the week, 0 for Sunday. */
  days: number[];
  /** The day of the month. */
  date: number;
  cron: string;
}

export const FIRST: Times = { rhythm: "daily", minute: 0, hour: 2, days: [1], date: 1, cron: "0 2 * * *" };

const WORDS: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
};

/** The expression of what is chosen. */
export function cron(times: Times): string {
  const { rhythm, minute, hour, days, date } = times;
  if (rhythm === "hourly") return `${minute} * * * *`;
  if (rhythm === "daily") return `${minute} ${hour} * * *`;
  if (rhythm === "weekly") return `${minute} ${hour} * * ${[...days].sort().join(",") || "*"}`;
  if (rhythm === "monthly") return `${minute} ${hour} ${date} * *`;
  return times.cron.trim();
}

/** What was chosen to get this expression; a rhythm of "cron" where no other one gives it. */
export function times(expression: string): Times {
  const own: Times = { ...FIRST, rhythm: "cron", cron: expression };
  const parts = (WORDS[expression] ?? expression).trim().split(/\s+/);
  if (parts.length !== 5) return own;
  const [minute, hour, date, month, week] = parts as [string, string, string, string, string];
  const number = (part: string): number | null => (/^\d{1,2}$/.test(part) ? Number(part) : null);
  const at = number(minute);
  if (at === null || month !== "*") return own;
  if (hour === "*" && date === "*" && week === "*") return { ...own, rhythm: "hourly", minute: at };
  const clock = number(hour);
  if (clock === null) return own;
  const found = { ...own, minute: at, hour: clock };
  if (date === "*" && week === "*") return { ...found, rhythm: "daily" };
  if (date === "*") {
    const days = weekdays(week);
    return days ? { ...found, rhythm: "weekly", days } : own;
  }
  const day = number(date);
  return day !== null && week === "*" ? { ...found, rhythm: "monthly", date: day } : own;
}

function weekdays(part: string): number[] | null {
  const days = part.split(",").flatMap((piece) => {
    const [from, to] = piece.split("-").map((name) => (/^[0-7]$/.test(name) ? Number(name) : Number.NaN));
    if (from === undefined || Number.isNaN(from) || Number.isNaN(to ?? 0)) return [Number.NaN];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, step) => (from + step) % 7);
  });
  return days.length === 0 || days.some(Number.isNaN) ? null : [...new Set(days)].sort();
}

/** The expression in words: "At 02:00 every day". */
export function said(expression: string): string {
  const { rhythm, minute, hour, days, date } = times(expression);
  const t = texts.schedules.said;
  const clock = `${pad(hour)}:${pad(minute)}`;
  if (rhythm === "hourly") return t.hourly(pad(minute));
  if (rhythm === "daily") return t.daily(clock);
  if (rhythm === "weekly") return days.length === 7 ? t.daily(clock) : t.weekly(clock, t.days(days));
  if (rhythm === "monthly") return t.monthly(clock, date);
  const every = /^\*\/(\d+) \* \* \* \*$/.exec(expression.trim());
  return every ? t.every(Number(every[1]), "minute") : expression;
}

/** An interval in words: "Every 15 minutes". */
export function saidInterval(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds % size === 0) ?? [1, "second"];
  return texts.schedules.said.every(seconds / size, unit);
}

const pad = (part: number): string => String(part).padStart(2, "0");
