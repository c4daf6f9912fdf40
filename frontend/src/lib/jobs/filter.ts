// The filter of the list: read from and written to the page's address, and asked of a single job when news come in.
import type { JobQuery } from "../api/calls";
import type { Job, State } from "../api/shapes";

export const STATES: readonly State[] = ["queued", "running", "succeeded", "failed", "cancelled", "draft"];
const MANY = ["state", "kind", "owner", "project", "queue", "face", "label"] as const;
type Many = (typeof MANY)[number];
export const ORDERS = ["-number", "number", "-priority", "-finished_at"] as const;

const ONE = ["resource_type", "resource_id", "parent"] as const;
type One = (typeof ONE)[number];

export interface Filter extends Record<Many, string[]>, Record<One, string> {
  text: string;
  order: string;
}

export function fromAddress(query: URLSearchParams): Filter {
  const many = (name: Many) => [...new Set(query.getAll(name))];
  const one = (name: One | "text" | "order") => query.get(name) ?? "";
  const order = one("order");
  return {
    state: many("state").filter((name) => STATES.includes(name as State)),
    kind: many("kind"),
    owner: many("owner"),
    project: many("project"),
    queue: many("queue"),
    face: many("face"),
    label: many("label"),
    resource_type: one("resource_type"),
    resource_id: one("resource_id"),
    parent: one("parent"),
    text: one("text"),
    order: ORDERS.includes(order as never) ? order : ORDERS[0],
  };
}

/** The address of the list under this filter. */
export function toAddress(filter: Partial<Filter>): string {
  const query = new URLSearchParams();
  for (const name of MANY) for (const value of filter[name] ?? []) query.append(name, value);
  for (const name of [...ONE, "text"] as const) if (filter[name]) query.set(name, filter[name]);
  if (filter.order && filter.order !== ORDERS[0]) query.set("order", filter.order);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

/** The address of all jobs that work on this thing. */
export const resourcePath = (resource: { type: string; id: string }): string =>
  toAddress({ resource_type: resource.type, resource_id: resource.id });

/** The query the server is asked. */
export function asked(filter: Filter): JobQuery {
  const query: Record<string, string[] | string> = {};
  for (const name of MANY) if (filter[name].length > 0) query[name] = filter[name];
  for (const name of ONE) if (filter[name]) query[name] = filter[name];
  if (filter.text.trim()) query["text"] = filter.text.trim();
  if (filter.order !== ORDERS[0]) query["order"] = filter.order;
  return query as JobQuery;
}

export const narrowed = (filter: Filter): boolean =>
  MANY.some((name) => filter[name].length > 0) || ONE.some((name) => filter[name] !== "") || filter.text.trim() !== "";

/** The filter that narrows nothing. */
export const NOTHING: Partial<Filter> = Object.fromEntries([
  ...MANY.map((name) => [name, []]),
  ...[...ONE, "text"].map((name) => [name, ""]),
]) as Partial<Filter>;

/** Whether the job fits, as far as the page can tell; only used to announce news, the server decides what is listed. */
export function fits(filter: Filter, job: Job): boolean {
  const one = (wanted: string[], value: string) => wanted.length === 0 || wanted.includes(value);
  if (!one(filter.state, job.state) || !one(filter.kind, job.kind) || !one(filter.owner, job.owner)) return false;
  if (filter.parent !== "" && filter.parent !== job.parent) return false;
  if (filter.resource_type !== "" && filter.resource_type !== job.resource?.type) return false;
  if (filter.resource_id !== "" && filter.resource_id !== job.resource?.id) return false;
  if (!one(filter.queue, job.queue) || !one(filter.face, job.face)) return false;
  if (filter.project.length > 0 && !filter.project.some((name) => name === job.project?.id || name === job.project?.name))
    return false;
  if (!filter.label.every((label) => labelled(job, label))) return false;
  if (filter.order === "-finished_at" && job.finished_at === null) return false;
  return found(filter.text, job);
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
