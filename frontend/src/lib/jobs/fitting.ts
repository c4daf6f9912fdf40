// Whether a job fits a filter, as far as the page can tell. Only used to announce news; what is listed the server decides.
import type { Job } from "../api/shapes";
import { millis } from "../page/time";
import { span, type Filter } from "./filter";

export function fits(filter: Filter, job: Job): boolean {
  const one = (wanted: string[], value: string) => wanted.length === 0 || wanted.includes(value);
  if (!one(filter.state, job.state) || !one(filter.kind, job.kind) || !one(filter.owner, job.owner)) return false;
  if (!one(filter.queue, job.queue) || !one(filter.face, job.face) || !one(filter.worker, job.worker ?? "")) return false;
  if (filter.parent !== "" && filter.parent !== job.parent) return false;
  if (filter.schedule !== "" && filter.schedule !== job.schedule) return false;
  if (filter.origin !== "" && filter.origin !== job.origin) return false;
  if (filter.after !== "" && !job.after.includes(filter.after)) return false;
  if (filter.resource_type !== "" && filter.resource_type !== job.resource?.type) return false;
  if (filter.resource_id !== "" && filter.resource_id !== job.resource?.id) return false;
  if (filter.project.length > 0 && !filter.project.some((name) => name === job.project?.id || name === job.project?.name))
    return false;
  if (!filter.label.every((label) => labelled(job, label))) return false;
  if (filter.order === "-finished_at" && job.finished_at === null) return false;
  return timely(filter, job) && found(filter.text, job);
}

function timely(filter: Filter, job: Job): boolean {
  const [from, to] = span(filter, Date.now());
  const made = millis(job.created_at);
  return (from === null || made >= from) && (to === null || made < to);
}

function labelled(job: Job, label: string): boolean {
  const cut = label.search(/[=:]/);
  const name = cut < 0 ? label : label.slice(0, cut);
  if (!(name in job.labels)) return false;
  return cut < 0 || job.labels[name] === label.slice(cut + 1);
}

const split = (text: string): string[] => text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

function found(text: string, job: Job): boolean {
  const wanted = split(text);
  if (wanted.length === 0) return true;
  const parts = [job.number, job.id, job.name, job.kind, job.owner, job.queue, job.face, job.resource?.type, job.resource?.id];
  parts.push(job.resource?.name, job.failure?.message, ...Object.entries(job.labels).flat());
  parts.push(...Object.values(job.parameters as Record<string, unknown>).filter((value) => typeof value === "string"));
  const there = split(parts.filter((part) => part !== undefined).join(" "));
  return wanted.every((word) => there.some((other) => other.startsWith(word)));
}
