import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Hub, type News } from "../src/lib/feed/hub";

let asked: string[];
let write: (text: string) => void;
let news: News[];
let hub: Hub;

const settle = () => new Promise((resume) => setTimeout(resume, 5));
const states = () => news.filter((one) => one.news === "state").map((one) => `${one.user}:${one.state}`);

beforeEach(() => {
  asked = [];
  news = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    const body = new ReadableStream<Uint8Array>({
      start: (writer) => {
        write = (text) => writer.enqueue(new TextEncoder().encode(text));
      },
    });
    return new Response(body);
  });
  hub = new Hub((one) => news.push(one));
});

afterEach(() => {
  hub.hear({ ask: "close" });
  vi.unstubAllGlobals();
});

describe("the hub", () => {
  it("holds one connection for all tabs of one user", async () => {
    hub.hear({ ask: "open", user: "maria", after: 5 });
    await settle();
    hub.hear({ ask: "open", user: "maria", after: 9 });
    await settle();
    expect(asked).toEqual(["/v1/feed?after=5"]);
    expect(states()).toEqual(["maria:connecting", "maria:live", "maria:live"]);
  });

  it("begins anew for another user", async () => {
    hub.hear({ ask: "open", user: "maria", after: 5 });
    await settle();
    hub.hear({ ask: "open", user: "tomas", after: 8 });
    await settle();
    expect(asked).toEqual(["/v1/feed?after=5", "/v1/feed?after=8"]);
    expect(states().at(-1)).toBe("tomas:live");
  });

  it("passes frames on as they are", async () => {
    hub.hear({ ask: "open", user: "maria", after: 5 });
    await settle();
    write('id: 6\nevent: job\ndata: {"x":1}\n\n');
    await settle();
    expect(news.at(-1)).toEqual({ news: "frame", frame: { event: "job", id: 6, data: '{"x":1}' } });
  });

  it("tells the other tabs when somebody signs out", async () => {
    hub.hear({ ask: "open", user: "maria", after: 5 });
    await settle();
    hub.hear({ ask: "close" });
    expect(states().at(-1)).toBe("maria:refused");
    expect(states().filter((state) => state.endsWith("refused"))).toHaveLength(1);
  });

  it("says nothing when it is closed twice", () => {
    hub.hear({ ask: "close" });
    hub.hear({ ask: "close" });
    expect(news).toEqual([]);
  });
});
