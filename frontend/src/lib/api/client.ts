// The one place that speaks HTTP with the server. Every call resolves to the answer's body or throws a Problem.
import createClient, { type Middleware } from "openapi-fetch";
import { clock } from "../page/clock.svelte";
import { away, problemOf } from "./problem";
import type { paths } from "./schema";

/** The server takes unsafe requests of a browser's session only with this header, which no other site can send. */
export const OURS = { "X-Requested-With": "jobyard" };

let lost: () => void = () => undefined;

/** Says what shall happen when the server no longer knows who we are. */
export function onSessionLost(heard: () => void): void {
  lost = heard;
}

const manners: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(OURS)) request.headers.set(name, value);
    return request;
  },
  onResponse({ request, response }) {
    clock.heard(response.headers.get("date"));
    const signingIn = request.method === "POST" && new URL(request.url).pathname === "/v1/session";
    if (response.status === 401 && !signingIn) lost();
    return undefined;
  },
};

export const client = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
client.use(manners);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Unwraps an answer: the body when it is good, a Problem thrown when it is not or never came. */
export async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw away();
  });
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}
