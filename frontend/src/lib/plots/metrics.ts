// Figures that jobs told while they ran, put together as lines: those of one job, or one figure of several jobs.
import type { Line } from "./lines";

/** A figure over milliseconds since the work began, or over its steps. */
export interface Metric {
  name: string;
  xs: readonly number[];
  ys: readonly (number | null)[];
}

export interface Measured {
  /** The job's id. */
  id: string;
  /** What people call it here; several jobs of one name are told apart by their numbers. */
  name: string;
  metrics: readonly Metric[];
}

/** What one job told: a line a figure. */
export const alone = (one: Measured): Line[] => one.metrics.map(({ name, xs, ys }) => ({ name, xs, ys }));

/** One figure of several jobs: a line a job; jobs that did not tell it have none. */
export const compared = (all: readonly Measured[], metric: string): Line[] =>
  all.flatMap((one) => one.metrics.filter(({ name }) => name === metric).map(({ xs, ys }) => ({ name: one.name, xs, ys })));

/** The names of all figures, each once, in the order they come up. */
export const figures = (all: readonly Measured[]): string[] => [...new Set(all.flatMap((one) => one.metrics.map(({ name }) => name)))];
