// The filter of the list: read from the page's address, written to it, and turned into the question the server is asked.
import type { JobQuery } from "../api/calls";
import type { State } from "../api/shapes";
import { dayEnd, dayStart } from "../page/time";

export const STATES: readonly State[] = ["queued", "running", "succeeded", "failed", "cancelled", "draft"];
export const MANY = ["state", "kind", "owner", "project", "queue", "face", "worker", "label"] as const;
type Many = (typeof MANY)[number];
export const ORDERS = ["-number", "number", "-priority", "-finished_at"] as const;

export const RELATED = ["parent", "schedule", "origin", "after"] as const;
const ONE = ["resource_type", "resource_id", ...RELATED] as const;
type One = (typeof ONE)[number];

/** How far back "since" may reach: its word in the address and its length in milliseconds. */
const HOUR = 3_600_000;
export const SINCE: Readonly<Record<string, number>> = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR };

export interface Filter extends Record<Many, string[]>, Record<One, string> {
  text: string;
  order: string;
  /** One of the words of SINCE, counted back from now; empty for any time. */
  since: string;
  /** Days of the reader's calendar, both inside; empty where that end is open. */
  from: string;
  to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function fromAddress(query: URLSearchParams): Filter {
  const many = (name: Many) => [...new Set(query.getAll(name))];
  const one = (name: string) => query.get(name) ?? "";
  const day = (name: string) => (DAY.test(one(name)) && !Number.isNaN(Date.parse(one(name))) ? one(name) : "");
  const order = one("order");
  return {
    state: many("state").filter((name) => STATES.includes(name as State)),
    kind: many("kind"),
    owner: many("owner"),
    project: many("project"),
    queue: many("queue"),
    face: many("face"),
    worker: many("worker"),
    label: many("label"),
    resource_type: one("resource_type"),
    resource_id: one("resource_id"),
    parent: one("parent"),
    schedule: one("schedule"),
    origin: one("origin"),
    after: one("after"),
    text: one("text"),
    order: ORDERS.includes(order as never) ? order : ORDERS[0],
    since: one("since") in SINCE ? one("since") : "",
    from: day("from"),
    to: day("to"),
  };
}

/** The address of the list under this filter. */
export function toAddress(filter: Partial<Filter>): string {
  const query = new URLSearchParams();
  for (const name of MANY) for (const value of filter[name] ?? []) query.append(name, value);
  for (const name of [...ONE, "text", "since", "from", "to"] as const) if (filter[name]) query.set(name, filter[name]);
  if (filter.order && filter.order !== ORDERS[0]) query.set("order", filter.order);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

/** The address of all jobs that work on this thing. */
export const resourcePath = (resource: { type: string; id: string }): string =>
  toAddress({ resource_type: resource.type, resource_id: resource.id });

/** What the server is asked; `now` is what "since" counts back from. */
export function asked(filter: Filter, now: number = Date.now()): JobQuery {
  const query: Record<string, string[] | string> = {};
  for (const name of MANY) if (filter[name].length > 0) query[name] = filter[name];
  for (const name of ONE) if (filter[name]) query[name] = filter[name];
  const [from, to] = span(filter, now);
  if (from !== null) query["created_from"] = new Date(from).toISOString();
  if (to !== null) query["created_to"] = new Date(to).toISOString();
  if (filter.text.trim()) query["text"] = filter.text.trim();
  if (filter.order !== ORDERS[0]) query["order"] = filter.order;
  return query as JobQuery;
}

/** The time in which jobs were submitted, from inside to outside; null where that end is open. */
export function span(filter: Filter, now: number): [from: number | null, to: number | null] {
  const length = SINCE[filter.since];
  if (length !== undefined) return [now - length, null];
  return [filter.from ? dayStart(filter.from) : null, filter.to ? dayEnd(filter.to) : null];
}

export const narrowed = (filter: Filter): boolean =>
  MANY.some((name) => filter[name].length > 0) ||
  [...ONE, "since", "from", "to"].some((name) => filter[name as One] !== "") ||
  filter.text.trim() !== "";

/** The same filter for jobs of any state. */
export const anyState = (filter: Filter): Filter => ({ ...filter, state: [], order: ORDERS[0] });

/** The filter that narrows nothing. */
export const NOTHING: Partial<Filter> = Object.fromEntries([
  ...MANY.map((name) => [name, []]),
  ...[...ONE, "text", "since", "from", "to"].map((name) => [name, ""]),
]) as Partial<Filter>;

/** What the filter asks of one label, such as the format; empty where it asks nothing of it. */
export const labelled = (filter: Filter, name: string): string =>
  filter.label.find((label) => label.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

/** The filter's labels with this one set, or taken away where the value is empty. */
export const relabelled = (filter: Filter, name: string, value: string): string[] => [
  ...filter.label.filter((label) => !label.startsWith(`${name}=`)),
  ...(value ? [`${name}=${value}`] : []),
];
