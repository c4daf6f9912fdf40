// How a tab reaches the hub: through the shared worker; else one tab leads and the others listen to it; else each has its own.
import address from "./worker.ts?sharedworker&url";
import { Hub, type Ask, type News } from "./hub";

export interface Link {
  ask: (ask: Ask) => void;
}

/** Opens the best link this browser has. `tell` hears everything the hub says. */
export function link(tell: (news: News) => void): Link {
  if (typeof SharedWorker === "function") {
    try {
      return throughWorker(tell);
    } catch {
      // Some private modes have the name and refuse the thing.
    }
  }
  if (navigator.locks && typeof BroadcastChannel === "function") return throughLeader(tell);
  const hub = new Hub(tell);
  return { ask: (ask) => hub.hear(ask) };
}

function throughWorker(tell: (news: News) => void): Link {
  const worker = new SharedWorker(trusted(address), { type: "module", name: "jobyard-feed" });
  let opened: Ask | null = null;
  worker.port.onmessage = (message: MessageEvent<News>) => tell(message.data);
  worker.port.start();
  addEventListener("pagehide", () => worker.port.postMessage({ ask: "bye" }));
  addEventListener("pageshow", (event) => {
    if (event.persisted && opened) worker.port.postMessage(opened);
  });
  return {
    ask: (ask) => {
      opened = ask.ask === "open" ? ask : ask.ask === "close" ? null : opened;
      worker.port.postMessage(ask);
    },
  };
}

interface Policies {
  createPolicy: (name: string, rules: { createScriptURL: (url: string) => string }) => { createScriptURL: (url: string) => string };
}

/** The page's policy takes script addresses only from this rule, and this rule knows one address. */
function trusted(url: string): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  return policies ? policies.createPolicy("jobyard-worker", { createScriptURL: () => address }).createScriptURL(url) : url;
}

/** The tab that gets the lock holds the connection; when it goes, the next one gets the lock and begins where it stopped. */
export function throughLeader(tell: (news: News) => void): Link {
  const channel = new BroadcastChannel("jobyard-feed");
  let opened: Extract<Ask, { ask: "open" }> | null = null;
  let hub: Hub | null = null;
  const hear = (news: News): void => {
    if (opened && news.news === "frame" && news.frame.id !== null) opened = { ...opened, after: news.frame.id };
    tell(news);
  };
  channel.onmessage = (message: MessageEvent<News | Ask>) => {
    if ("news" in message.data) hear(message.data);
    else hub?.hear(message.data);
  };
  void navigator.locks.request("jobyard-feed", async () => {
    hub = new Hub((news) => {
      channel.postMessage(news);
      hear(news);
    });
    if (opened) hub.hear(opened);
    await new Promise(() => undefined);
  });
  return {
    ask: (ask) => {
      opened = ask.ask === "open" ? ask : ask.ask === "close" ? null : opened;
      if (hub) hub.hear(ask);
      else channel.postMessage(ask);
    },
  };
}
