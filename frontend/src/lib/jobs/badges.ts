// What stands as a badge beside the name of a job: the format it reads or writes, and whether a backup is a light one.
// Submitters tell it with the labels `format` and `lightweight`; where they do not, parameters of these names tell it.
import type { Job } from "../api/shapes";

/** The format of annotations or data, such as "COCO 1.0"; empty where the job knows none. */
export function format(job: Job): string {
  const told = job.labels["format"] ?? parameter(job, "format");
  return typeof told === "string" ? told : "";
}

/** Whether it is a backup without the data itself. */
export function lightweight(job: Job): boolean {
  const told = job.labels["lightweight"] ?? parameter(job, "lightweight");
  return told === true || told === "" || told === "true" || told === "1";
}

function parameter(job: Job, name: string): unknown {
  return Object.hasOwn(job.parameters, name) ? (job.parameters as Record<string, unknown>)[name] : undefined;
}

/** The number of what the job works on, where its id is one people would say: "12", not a long hexadecimal. */
export function resourceNumber(resource: { id: string }): string {
  return /^\d{1,9}$/.test(resource.id) ? resource.id : "";
}
