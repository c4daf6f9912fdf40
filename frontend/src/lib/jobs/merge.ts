// Which of two pictures of one job is the newer one. A job never goes backwards on the page, however late an answer comes.
import type { Job, Progress } from "../api/shapes";

/** The newer of what we show and what came in; progress told in between is not lost. */
export function newer(shown: Job | undefined, came: Job): Job {
  if (!shown) return came;
  if (came.revision < shown.revision) return shown;
  // The feed does not say why a job waits: what was said last holds until it is read again.
  if (came.waiting === null && shown.waiting !== null && came.state === "queued") return { ...came, waiting: shown.waiting };
  if (came.attempt === shown.attempt && later(shown.progress, came.progress)) return { ...came, progress: shown.progress };
  return came;
}

/** The job with this progress, unless the job does not run or knows a later one. */
export function progressed(shown: Job, progress: Progress): Job {
  if (shown.state !== "running" || later(shown.progress, progress)) return shown;
  return { ...shown, progress };
}

function later(one: Progress | null, other: Progress | null): boolean {
  if (one === null || other === null) return one !== null && other === null;
  return Date.parse(one.at) > Date.parse(other.at);
}
