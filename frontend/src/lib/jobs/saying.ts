// What a row says of its job: the word of its state, the short figure beside it, and the sentence below.
import type { Job, State } from "../api/shapes";
import { count, measure, percent } from "../page/figures";
import { about, between, duration, left, millis } from "../page/time";
import { texts } from "../../texts";

export interface Saying {
  /** The state in a word or two. */
  word: string;
  /** A short figure at the far end of the line; empty where there is none. */
  figure: string;
  /** The sentence below; empty where the word says it all. */
  why: string;
}

/** What is known of the queues beside the job itself. */
export interface Around {
  unserved: readonly string[];
  paused: readonly string[];
}

/** A rate read earlier than this after the beginning is a guess. */
const SETTLED = 1_500;
/** So many letters stand beside the state on most screens. */
const ROOM = 34;
/** A turn that comes earlier than this is not worth counting down. */
const SOON = 2_000;

export function say(job: Job, now: number, around: Around): Saying {
  switch (job.state) {
    case "draft":
      return { word: texts.state.draft, figure: "", why: job.external ? texts.row.waitsForClient : "" };
    case "queued":
      return queued(job, now, around);
    case "running":
      return running(job);
    case "succeeded":
      return { word: texts.state.succeeded, figure: few(values(job.result)), why: kept(job, now) };
    case "failed":
      return { word: texts.state.failed, figure: attempts(job), why: job.failure?.message ?? "" };
    case "cancelled":
      return { word: texts.state.cancelled, figure: cancelled(job), why: "" };
  }
}

function queued(job: Job, now: number, around: Around): Saying {
  const left = job.due_at ? millis(job.due_at) - now : 0;
  const again = job.failures > 0 ? attempts(job) : "";
  const place = line(job, now);
  let figure = again || place;
  if (left > 0) figure = again ? `${again} · ${texts.row.retryIn(about(left))}` : texts.row.due(about(left));
  return { word: texts.state.queued, figure, why: waiting(job, left, around) };
}

/** The place in line and when its turn likely comes, as far as that is known. */
export function line(job: Job, now: number): string {
  const told = job.waiting;
  if (!told || told.ahead === null) return "";
  const place = told.more ? texts.row.behind(count(told.ahead)) : texts.row.place(told.ahead + 1);
  if (told.starts_at === null) return place;
  const left = millis(told.starts_at) - now;
  return `${place} · ${left < SOON ? texts.row.anyMoment : texts.row.inAbout(about(left))}`;
}

function waiting(job: Job, left: number, around: Around): string {
  if (job.failures > 0 && job.failure) return job.failure.message;
  if (job.waiting) return job.waiting.sentence;
  if (job.external) return texts.row.waitsForClient;
  if (left > 0) return texts.row.dueLater;
  if (around.paused.includes(job.queue)) return texts.row.paused(job.queue);
  if (around.unserved.includes(job.queue)) return texts.row.unserved(job.queue);
  return texts.row.waiting;
}

function running(job: Job): Saying {
  const share = job.progress?.share ?? null;
  if (job.cancelling) {
    return { word: texts.stopping, figure: figureOf(job), why: texts.row.stopAsked(job.cancel_asked_by ?? "") };
  }
  if (!job.begun_at) return { word: texts.starting, figure: job.worker ? texts.row.claimed(job.worker) : "", why: "" };
  const word = share === null ? texts.state.running : texts.row.share(texts.state.running, percent(share));
  return { word, figure: figureOf(job), why: job.progress?.text ?? "" };
}

function figureOf(job: Job): string {
  const { progress } = job;
  if (!progress || (progress.total === null && progress.done === 0)) return "";
  const parts = [];
  if (progress.total === null) parts.push(texts.row.done(count(progress.done)));
  else if (progress.total !== 1) parts.push(texts.row.of(count(progress.done), count(progress.total)));
  const spent = between(job.begun_at, progress.at) ?? 0;
  if (progress.done > 0 && spent > SETTLED && !job.cancelling) {
    const rate = progress.done / (spent / 1000);
    if (progress.total !== 1 && rate >= 0.1) parts.push(texts.row.rate(rate >= 10 ? count(Math.round(rate)) : measure(Number(rate.toFixed(1)))));
    if (progress.total !== null && progress.total > progress.done) {
      parts.push(texts.row.left(about(((progress.total - progress.done) / rate) * 1000 + 999)));
    }
  }
  return parts.join(" · ");
}

function attempts(job: Job): string {
  if (job.tries <= 1) return "";
  const next = job.state === "queued" ? job.failures + 1 : Math.max(1, job.failures);
  return texts.row.attempt(Math.min(next, job.tries), job.tries);
}

/** As many of the values as the row has room for, and the first in any case. */
function few(told: readonly string[]): string {
  let line = told[0] ?? "";
  for (const one of told.slice(1, 3)) if (line.length + one.length < ROOM) line += ` · ${one}`;
  return line;
}

/** How long its files are there. */
function kept(job: Job, now: number): string {
  if (job.results_expired) return texts.row.expired;
  return job.results_until ? texts.row.expires(left(millis(job.results_until) - now)) : "";
}

/** The plain values of a result, said as "name value"; zeros are left out. */
export function values(result: unknown): string[] {
  if (typeof result === "string" || typeof result === "number") return [plain(result)];
  if (typeof result !== "object" || result === null || Array.isArray(result)) return [];
  const said: string[] = [];
  for (const [name, value] of Object.entries(result)) {
    const short = typeof value === "string" && value.length <= 40;
    if ((typeof value === "number" && value !== 0) || short) said.push(`${name.replaceAll("_", " ")} ${plain(value as string | number)}`);
  }
  return said;
}

const plain = (value: string | number): string => (typeof value === "number" ? measure(value) : value.slice(0, 60));

function cancelled(job: Job): string {
  const parts = [];
  if (job.cancel_asked_by) parts.push(texts.row.cancelledBy(job.cancel_asked_by));
  const share = job.progress?.share;
  if (share !== null && share !== undefined) parts.push(texts.row.at(percent(share)));
  return parts.join(", ");
}

/** The moment the row counts from: when the job got into its state. */
export function moment(job: Job): string {
  const by: Record<State, string | null> = {
    draft: null,
    queued: job.queued_at,
    running: job.started_at,
    succeeded: job.finished_at,
    failed: job.finished_at,
    cancelled: job.finished_at,
  };
  return by[job.state] ?? job.created_at;
}

/** The second, smaller word of a row: where it runs, how long it ran, or how urgent it is. */
export function span(job: Job): string {
  if (job.state === "queued" && job.priority !== 0) return texts.row.priority(job.priority);
  const from = job.begun_at ?? job.started_at;
  if (!from) return "";
  if (job.state === "running") return job.worker && !job.external ? texts.row.on(job.worker) : "";
  const ran = job.state === "draft" || job.state === "queued" ? null : between(from, job.finished_at);
  return ran === null ? "" : texts.row.ran(duration(ran));
}
