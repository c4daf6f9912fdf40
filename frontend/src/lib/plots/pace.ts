// How fast the house went, as lines: by queue, by worker or by outcome.
import type { Throughput } from "../api/shapes";
import { millis } from "../page/time";
import type { Line } from "./lines";

export const BY = ["queue", "worker", "outcome"] as const;
export type By = (typeof BY)[number];

/** More lines than these cannot be told apart; the smallest become one. */
const MOST = 7;
const OUTCOMES = ["succeeded", "failed", "cancelled"] as const;

/** The lines of what ended, the largest first. Steps of which not every end was counted are gaps. */
export function paceLines(told: Throughput, by: By, names: { rest: string; outcome: (state: string) => string }): Line[] {
  const begin = millis(told.begins_at);
  const step = told.step * 1000;
  const xs = Array.from({ length: told.steps }, (_, at) => begin + at * step);
  const whole = Math.round((millis(told.whole_from) - begin) / step);
  const line = (name: string, counts: readonly number[], state?: string): Line => ({
    name,
    xs,
    ys: counts.map((count, at) => (at < whole ? null : count)),
    ...(state ? { state } : {}),
  });
  const nothing = xs.map(() => 0);
  if (by === "outcome") {
    return OUTCOMES.map((state) => line(names.outcome(state), told.queues.map((one) => one[state]).reduce(added, nothing), state));
  }
  const all = (by === "queue" ? told.queues : told.workers)
    .map((one) => ({ name: one.name, counts: OUTCOMES.map((state) => one[state]).reduce(added, nothing) }))
    .sort((one, other) => sum(other.counts) - sum(one.counts));
  const rest = all.slice(all.length > MOST + 1 ? MOST : all.length);
  const lines = all.slice(0, all.length - rest.length).map((one) => line(one.name, one.counts));
  return rest.length > 0 ? [...lines, line(names.rest, rest.map((one) => one.counts).reduce(added, nothing))] : lines;
}

const sum = (counts: readonly number[]): number => counts.reduce((one, count) => one + count, 0);

const added = (one: readonly number[], other: readonly number[]): number[] => one.map((count, at) => count + (other[at] ?? 0));
