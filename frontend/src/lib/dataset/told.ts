// What a report of work says, read out of its job's value. Everything here is pure.
import type { Bars } from "../plots/figure";

export interface Work {
  objects: number;
  changed: number;
  deleted: number;
  frames: number;
  /** Seconds. */
  working: number;
  objectsAnHour: number;
  framesAnHour: number;
}

export interface Told {
  total: Work;
  users: readonly { name: string; work: Work }[];
  days: readonly { at: number; work: Work }[];
  /** Milliseconds since 1970. */
  first: number | null;
  last: number | null;
}

const DAY = 86_400_000;

/** As many days stand beside each other at least: one alone says little. */
const WEEK = 7;
const DATES = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });

/** Every day from the first to the last, also those on which nothing was done. */
export function everyDay(known: readonly number[]): number[] {
  if (known.length === 0) return [];
  const last = Math.max(...known);
  const first = Math.min(...known, last - (WEEK - 1) * DAY);
  return Array.from({ length: Math.round((last - first) / DAY) + 1 }, (_, at) => first + at * DAY);
}

/** What was done each day, as bars; the days are those of universal time. */
export function dayBars<Done>(days: ReadonlyMap<number, Done>, sorts: readonly { name: string; of: (done: Done) => number }[], x: string, y: string): Bars {
  const xs = everyDay([...days.keys()]);
  const values = (of: (done: Done) => number): number[] => xs.map((day) => {
    const done = days.get(day);
    return done === undefined ? 0 : of(done);
  });
  return { form: "bars", labels: xs.map((day) => DATES.format(day)), series: sorts.map(({ name, of }) => ({ name, values: values(of) })), x, y };
}

type Json = Record<string, unknown>;

/** What a job gave back; null where it is no report of work. */
export function told(value: unknown): Told | null {
  const said = json(value);
  if (!("users" in said) || !("total" in said)) return null;
  return {
    total: work(said["total"]),
    users: Object.entries(json(said["users"])).map(([name, one]) => ({ name, work: work(one) })),
    days: Object.entries(json(said["days"])).map(([day, one]) => ({ at: Date.parse(`${day}T00:00:00Z`), work: work(one) })),
    first: moment(said["first"]),
    last: moment(said["last"]),
  };
}

function work(value: unknown): Work {
  const said = json(value);
  return {
    objects: number(said["objects"]),
    changed: number(said["changed"]),
    deleted: number(said["deleted"]),
    frames: number(said["frames"]),
    working: number(said["working_seconds"]),
    objectsAnHour: number(said["objects_per_hour"]),
    framesAnHour: number(said["frames_per_hour"]),
  };
}

const json = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
/** Older reports tell moments as microseconds since 1970. */
const moment = (value: unknown): number | null => (typeof value === "number" ? value / 1000 : typeof value === "string" ? Date.parse(value) || null : null);
