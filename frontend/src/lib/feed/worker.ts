// The shared worker: one of it serves all tabs of a browser, so that all of them together hold one connection.
import { Hub, type Ask, type News } from "./hub";

interface SharedScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

type Word = Ask | { ask: "bye" };

const ports = new Set<MessagePort>();
const hub = new Hub((news: News) => {
  for (const port of ports) port.postMessage(news);
});

(self as unknown as SharedScope).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  ports.add(port);
  port.onmessage = (message: MessageEvent<Word>) => {
    if (message.data.ask !== "bye") {
      ports.add(port);
      hub.hear(message.data);
      return;
    }
    ports.delete(port);
    if (ports.size === 0) hub.hear({ ask: "close" });
  };
};

self.addEventListener("online", () => hub.hear({ ask: "wake" }));
