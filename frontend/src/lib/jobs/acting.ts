// What a reader may do with a job, which of it is the next step, and the doing.
import { calls } from "../api/calls";
import { sentence } from "../api/problem";
import type { Job } from "../api/shapes";
import { copy } from "../page/copy";
import { notices } from "../page/notice.svelte";
import { jobPath } from "../page/places";
import { route } from "../page/route.svelte";
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

export const mayStop = (job: Job): boolean => job.may.includes("cancel") && !job.cancelling;

/** Does it and says so; a refusal is told as a notice. Returns the job as it is then, or null. */
async function attempt(doing: () => Promise<Job>, told: (job: Job) => string): Promise<Job | null> {
  try {
    const job = await doing();
    notices.fine(told(job));
    return job;
  } catch (error) {
    notices.problem(sentence(error));
    return null;
  }
}

export const acting = {
  cancel: (job: Job, name: string) =>
    attempt(() => calls.cancel(job.id), (after) => (after.state === "cancelled" ? texts.act.cancelled(name) : texts.act.stopping(name))),

  retry: (job: Job, name: string) => attempt(() => calls.retry(job.id), () => texts.act.retried(name)),

  keep: (job: Job, name: string, until: string | null, always: boolean) =>
    attempt(() => calls.keep(job.id, until, always), () => texts.act.kept(name)),

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

function fetchFile(url: string, name: string): void {
  const address = ownAddress(url);
  if (!address) return;
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
