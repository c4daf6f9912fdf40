// Every address of the page. The server answers exactly these with the page, so a new place is added on both sides.
export type PlaceName = "requests" | "job" | "datasets" | "dataset" | "schedules" | "workflows" | "workflow" | "workers" | "keys" | "webhooks" | "users" | "house" | "login" | "nowhere";

export interface Place {
  name: PlaceName;
  /** The id in the address, where there is one. */
  id: string;
}

export const PLACES: readonly (readonly [string, PlaceName])[] = [
  ["/", "requests"],
  ["/login", "login"],
  ["/jobs", "requests"],
  ["/jobs/{id}", "job"],
  ["/datasets", "datasets"],
  ["/datasets/{id}", "dataset"],
  ["/workflows", "workflows"],
  ["/workflows/{id}", "workflow"],
  ["/schedules", "schedules"],
  ["/workers", "workers"],
  ["/keys", "keys"],
  ["/webhooks", "webhooks"],
  ["/users", "users"],
  ["/house", "house"],
];

/** Finds the place a path leads to. */
export function find(path: string): Place {
  const parts = path.split("/").filter((part) => part !== "");
  for (const [pattern, name] of PLACES) {
    const wanted = pattern.split("/").filter((part) => part !== "");
    if (wanted.length !== parts.length) continue;
    if (!wanted.every((part, at) => part === "{id}" || part === parts[at])) continue;
    const at = wanted.indexOf("{id}");
    return { name, id: at < 0 ? "" : decoded(parts[at] ?? "") };
  }
  return { name: "nowhere", id: "" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const jobPath = (id: string): string => `/jobs/${encodeURIComponent(id)}`;
export const workflowPath = (id: string): string => `/workflows/${encodeURIComponent(id)}`;
export const datasetPath = (id: string): string => `/datasets/${encodeURIComponent(id)}`;

/** Which part of a dataset's screen shows what jobs of a kind found. */
const SHOWN: Readonly<Record<string, string>> = { "quality.calculate": "quality", "consensus.merge": "consensus", "events.report": "people" };

interface Ended {
  id: string;
  kind: string;
  state: string;
  resource: { type: string; id: string } | null;
}

/** Where people see what a job found; null where there is nothing but its result. */
export function viewPath(job: Ended): string | null {
  const part = SHOWN[job.kind];
  if (!part || job.state !== "succeeded" || job.resource?.type !== "dataset") return null;
  return `${datasetPath(job.resource.id)}?part=${part}&report=${encodeURIComponent(job.id)}`;
}
