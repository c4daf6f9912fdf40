// The same thing as a line to paste: command line, curl, Python.
import type { Job, ResultFile } from "../api/shapes";

/** A word as a shell takes it, whatever is in it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const host = (): string => location.origin;
const KEY = '-H "Authorization: Bearer $JOBYARD_TOKEN"';

/** Starts a worker for these queues. */
export function workLine(queues: readonly string[]): string {
  return ["jobyard work --url", host(), ...queues.flatMap((queue) => ["--queues", quoted(queue)])].join(" ");
}

export type Language = "cli" | "curl" | "python";
export const LANGUAGES: readonly Language[] = ["cli", "curl", "python"];

/** What a script would do with this job next. */
export function jobLine(job: Job, language: Language): string {
  const again = job.state === "failed" || job.state === "cancelled";
  const verb = again ? "retry" : job.state === "succeeded" ? "show" : "wait";
  if (language === "cli") return `jobyard jobs ${verb} ${job.number}`;
  const address = `${host()}/v1/jobs/${job.id}`;
  if (language === "curl") return again ? `curl -fsS -X POST ${KEY} ${address}/retry` : `curl -fsS ${KEY} ${address}`;
  return python(again ? `yard.retry("${job.id}")` : verb === "wait" ? `yard.wait("${job.id}")` : `yard.job("${job.id}")`);
}

/** Fetches a result file. */
export function fileLine(job: Job, file: ResultFile, language: Language): string {
  if (language === "cli") return `jobyard jobs download ${job.number} ${quoted(file.name)}`;
  const address = new URL(file.url, host()).href;
  if (language === "curl") return `curl -fsS ${KEY} -o ${quoted(file.name)} ${quoted(address)}`;
  return python(`yard.download("${job.id}", ${JSON.stringify(file.name)})`);
}

function python(call: string): string {
  return `import os\nfrom jobyard.client import Jobyard\n\nwith Jobyard("${host()}", os.environ["JOBYARD_TOKEN"]) as yard:\n    ${call}`;
}
