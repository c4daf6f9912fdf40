import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Stream, type StreamState } from "../src/lib/feed/stream";
import type { Frame } from "../src/lib/feed/frames";

/** A server whose connections the test writes to and cuts. */
class Server {
  asked: string[] = [];
  status = 200;
  #writer: ReadableStreamDefaultController<Uint8Array> | null = null;

  fetch = vi.fn(async (address: string, init: RequestInit): Promise<Response> => {
    this.asked.push(address);
    if (this.status !== 200) return new Response("", { status: this.status });
    const body = new ReadableStream<Uint8Array>({
      start: (writer) => {
        this.#writer = writer;
        init.signal?.addEventListener("abort", () => {
          try {
            writer.error(new DOMException("aborted", "AbortError"));
          } catch {
            // It was cut already.
          }
        });
      },
    });
    return new Response(body, { status: 200 });
  });

  write(text: string): void {
    this.#writer?.enqueue(new TextEncoder().encode(text));
  }

  cut(): void {
    this.#writer?.close();
  }
}

let server: Server;
let states: StreamState[];
let frames: Frame[];

function stream(last: number | null = null, closing?: (frame: Frame) => boolean): Stream {
  const made = new Stream(
    {
      address: (from) => `/feed?after=${from}`,
      state: (state) => states.push(state),
      frame: (frame) => frames.push(frame),
      ...(closing ? { closing } : {}),
    },
    last,
  );
  void made.run();
  return made;
}

const settle = () => vi.advanceTimersByTimeAsync(1);

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  states = [];
  frames = [];
  vi.stubGlobal("fetch", server.fetch);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a stream", () => {
  it("begins behind the number it was given and tells what comes", async () => {
    const open = stream(41);
    await settle();
    server.write("id: 42\nevent: job\ndata: {}\n\n");
    await settle();
    expect(server.asked).toEqual(["/feed?after=41"]);
    expect(states).toEqual(["connecting", "live"]);
    expect(frames).toEqual([{ event: "job", id: 42, data: "{}" }]);
    open.close();
  });

  it("comes back behind the last number it saw, be it only a sign of life", async () => {
    const open = stream(41);
    await settle();
    server.write("id: 42\ndata: {}\n\nid: 45\n: alive\n\n");
    await settle();
    server.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.asked).toEqual(["/feed?after=41", "/feed?after=45"]);
    expect(states).toEqual(["connecting", "live", "away", "connecting", "live"]);
    open.close();
  });

  it("waits longer after each failure, but never longer than 20 seconds", async () => {
    server.status = 503;
    const open = stream(0);
    await vi.advanceTimersByTimeAsync(3_000);
    const early = server.asked.length;
    expect(early).toBeGreaterThanOrEqual(2);
    expect(early).toBeLessThanOrEqual(4);
    await vi.advanceTimersByTimeAsync(120_000);
    const late = server.asked.length - early;
    expect(late).toBeGreaterThanOrEqual(6);
    expect(late).toBeLessThanOrEqual(14);
    open.close();
  });

  it("tries at once when it is woken", async () => {
    server.status = 503;
    const open = stream(0);
    await vi.advanceTimersByTimeAsync(60_000);
    const before = server.asked.length;
    open.wake();
    await settle();
    expect(server.asked.length).toBe(before + 1);
    open.close();
  });

  it.each([401, 403, 404])("asks no more once it was refused with %i", async (status) => {
    server.status = status;
    stream(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.asked.length).toBe(1);
    expect(states).toEqual(["connecting", "refused"]);
  });

  it("takes silence for a lost connection", async () => {
    const open = stream(7);
    await settle();
    server.write(": alive\n\n");
    await vi.advanceTimersByTimeAsync(39_000);
    expect(server.asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(server.asked.length).toBe(2);
    open.close();
  });

  it("ends with the frame that closes it", async () => {
    stream(0, (frame) => frame.event === "end");
    await settle();
    server.write("event: end\ndata: {}\n\n");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe("ended");
    expect(server.asked.length).toBe(1);
  });

  it("tells nothing more once it is closed", async () => {
    const open = stream(0);
    await settle();
    open.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.asked.length).toBe(1);
    expect(states).toEqual(["connecting", "live"]);
  });
});
