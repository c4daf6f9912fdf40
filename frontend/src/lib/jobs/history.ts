// What an event says to people: what happened, who did it, and what is worth adding.
import type { Event } from "../api/shapes";
import { texts } from "../../texts";

type Said = string | ((attempt: number) => string);
const words = texts.event as unknown as Record<string, Said | undefined>;

export function what(event: Event): string {
  const said = words[event.type];
  return typeof said === "function" ? said(event.attempt) : (said ?? event.type.replaceAll("_", " "));
}

/** Who did it, as people call them. */
export function who(actor: string): string {
  if (actor === "jobyard") return texts.event.house;
  return actor.startsWith("worker:") ? texts.event.worker(actor.slice("worker:".length)) : actor;
}

/** What is worth adding: why it failed, what was changed into what. */
export function more(event: Event): string {
  const data = event.data as Record<string, unknown>;
  const failure = data["failure"] as { message?: unknown } | undefined;
  if (typeof failure?.message === "string") return failure.message;
  if (event.type !== "edited") return "";
  return Object.entries(data)
    .filter((change): change is [string, [unknown, unknown]] => Array.isArray(change[1]) && change[1].length === 2)
    .map(([name, [before, after]]) => texts.event.change(name.replaceAll("_", " "), shown(before), shown(after)))
    .join("; ");
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return texts.event.nothing;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
