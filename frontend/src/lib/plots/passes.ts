// What each synchronization of a dataset found, as bars; and how one of them went, as lines.
import type { Job, Sync } from "../api/shapes";
import { millis } from "../page/time";
import type { Bars } from "./figure";
import type { Metric } from "./metrics";

export const FOUND = ["added", "changed", "deleted"] as const;
export type Found = (typeof FOUND)[number];

/** A bar for each sort of finding of every synchronization that ended well, the oldest first; and when that was. */
export function passBars(jobs: readonly Job[], words: { lines: Record<Found, string>; request: string; samples: string }): { bars: Bars; ended: number[] } {
  const passes = jobs
    .filter((job) => job.finished_at !== null && job.state === "succeeded" && typeof job.result === "object" && job.result !== null)
    .map((job) => ({ at: millis(job.finished_at ?? ""), number: job.number, result: job.result as Record<string, unknown> }))
    .sort((one, other) => one.at - other.at);
  const series = FOUND.map((found) => ({
    name: words.lines[found],
    values: passes.map(({ result }) => (typeof result[found] === "number" ? result[found] : null)),
  }));
  const labels = passes.map((pass) => `#${pass.number}`);
  return { bars: { form: "bars", labels, series, x: words.request, y: words.samples }, ended: passes.map((pass) => pass.at) };
}

const COUNTED = ["listed", ...FOUND] as const;

/** How the counts of one synchronization grew since it began. */
export function passMetrics(sync: Sync, name: (figure: (typeof COUNTED)[number]) => string): Metric[] {
  const begin = millis(sync.started_at);
  const xs = sync.series.map((point) => Math.max(0, millis(point.at) - begin));
  const started = (xs[0] ?? 0) > 0;
  return COUNTED.map((figure) => {
    const ys = sync.series.map((point) => point[figure]);
    return { name: name(figure), xs: started ? [0, ...xs] : xs, ys: started ? [0, ...ys] : ys };
  });
}
