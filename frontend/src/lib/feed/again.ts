// What a screen read once is read again when a job changes that has to do with it.
import type { Job } from "../api/shapes";
import { paced } from "../page/paced";
import { live } from "./live.svelte";

/** Milliseconds between one reading and the next, however much happens. */
const PAUSE = 1_500;

/** Reads again when one of the jobs that count changes, or when news were missed. Ends when the returned function is called. */
export function again(read: () => Promise<void>, counts: (job: Job) => boolean): () => void {
  const soon = paced(read, PAUSE);
  const hush = live.listen({
    job: ({ job }) => {
      if (job && counts(job)) soon.ask();
    },
    progress: () => undefined,
    resync: soon.ask,
  });
  return () => {
    hush();
    soon.stop();
  };
}
