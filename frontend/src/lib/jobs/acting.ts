// What a reader may do with a job, which of it is the next step, and the doing.
import { calls } from "../api/calls";
import { sentence } from "../api/problem";
import type { EditIn, Job } from "../api/shapes";
import { copy } from "../page/copy";
import { notices } from "../page/notice.svelte";
import { jobPath } from "../page/places";
import { route } from "../page/route.svelte";
import { told } from "../told.svelte";
import { texts } from "../../texts";

export type Step = "cancel" | "retry" | "again" | "download" | "open";

/** The next step that makes sense: what stands as a button on the row. */
export function nextStep(job: Job): Step {
  if (job.may.includes("cancel") && !job.cancelling && (job.state === "queued" || job.state === "running")) return "cancel";
  if (job.state === "failed" && job.may.includes("retry")) return "retry";
  if (job.state === "cancelled" && job.may.includes("retry")) return "again";
  if (job.state === "succeeded" && hasFiles(job)) return "download";
  return "open";
}

/** Whether result files may be there to take: the record tells their end, not their number. */
export const hasFiles = (job: Job): boolean => job.results_until !== null && !job.results_expired;

/** The same, but with those that are kept without end, of which the record tells nothing: looking for them may find none. */
export const mayHaveFiles = (job: Job): boolean => hasFiles(job) || (job.kept && job.attempt > 0 && !job.results_expired);

export const mayStop = (job: Job): boolean => job.may.includes("cancel") && !job.cancelling;

/** How a thing is taken back, and what the button for it says. */
interface Back {
  label: string;
  undo: () => Promise<Job>;
}

/** Does it and says so, with the way back where there is one; a refusal is told. Returns the job as it is then, or null. */
async function attempt(doing: () => Promise<Job>, told: (job: Job) => string, back?: (job: Job) => Back | undefined): Promise<Job | null> {
  try {
    const job = await doing();
    const way = back?.(job);
    notices.fine(told(job), way && { label: way.label, go: () => void attempt(way.undo, () => texts.act.undone) });
    return job;
  } catch (error) {
    notices.problem(sentence(error));
    return null;
  }
}

export const acting = {
  /** What was cancelled before it ran can be put in line again; what ran has lost its work. */
  cancel: (job: Job, name: string) =>
    attempt(
      () => calls.cancel(job.id),
      (after) => (after.state === "cancelled" ? texts.act.cancelled(name) : texts.act.stopping(name)),
      (after) =>
        job.state === "queued" && after.state === "cancelled" && after.may.includes("retry")
          ? { label: texts.act.backInLine, undo: () => calls.retry(job.id) }
          : undefined,
    ),

  async retry(job: Job, name: string): Promise<Job | null> {
    const after = await attempt(() => calls.retry(job.id), () => texts.act.retried(name));
    if (after) told.watch(job.id);
    return after;
  },

  keep: (job: Job, name: string, until: string | null, always: boolean) =>
    attempt(
      () => calls.keep(job.id, until, always),
      () => texts.act.kept(name),
      () => ({ label: texts.act.undo, undo: () => calls.keep(job.id, job.results_until, job.kept) }),
    ),

  /** Changes a waiting job; its old place, priority and time can be given back. */
  edit: (job: Job, name: string, edits: EditIn) =>
    attempt(
      () => calls.edit(job.id, edits),
      () => texts.edit.done(name),
      () => ({ label: texts.act.undo, undo: () => calls.edit(job.id, before(job, edits)) }),
    ),

  /** Deletes for good; true when it is gone. */
  async remove(job: Job, name: string): Promise<boolean> {
    try {
      await calls.remove(job.id);
      notices.fine(texts.act.deleted(name));
      return true;
    } catch (error) {
      notices.problem(sentence(error));
      return false;
    }
  },

  /** Takes the only result file; where there are several, leads to them. */
  async download(job: Job): Promise<void> {
    try {
      const files = await calls.results(job.id);
      const only = files.length === 1 ? files[0] : undefined;
      if (only) fetchFile(only.url, only.name);
      else route.go(`${jobPath(job.id)}?part=files`);
    } catch (error) {
      notices.problem(sentence(error));
    }
  },

  async copy(text: string): Promise<void> {
    if (await copy(text)) notices.fine(texts.act.copied);
    else notices.problem(texts.act.copyFailed);
  },
};

/** The address of a result, only if it leads to our own server. */
export function ownAddress(url: string): string | null {
  const address = new URL(url, location.origin);
  return address.origin === location.origin ? address.href : null;
}

export function fetchFile(url: string, name: string): void {
  const address = ownAddress(url);
  if (!address) return;
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/** What these edits change, as it was. */
function before(job: Job, edits: EditIn): EditIn {
  const was: EditIn = {};
  if (edits.name !== undefined && job.name !== "") was.name = job.name;
  if (edits.queue !== undefined) was.queue = job.queue;
  if (edits.priority !== undefined) was.priority = job.priority;
  if (edits.due_at !== undefined) was.due_at = job.due_at;
  return was;
}
