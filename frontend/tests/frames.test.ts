import { describe, expect, it } from "vitest";
import { Frames, type Frame } from "../src/lib/feed/frames";

const TEXT =
  'event: hello\ndata: {"last":41}\n\n: alive\n\nid: 42\nevent: job\ndata: {"a":\ndata: "ř"}\n\nid: 43\n: alive\n\ndata:bare\r\n\r\n';

const WHOLE: Frame[] = [
  { event: "hello", id: null, data: '{"last":41}' },
  { event: "job", id: 42, data: '{"a":\n"ř"}' },
  { event: "message", id: null, data: "bare" },
];

describe("frames", () => {
  it("are read out of one piece", () => {
    expect(new Frames().push(TEXT)).toEqual(WHOLE);
  });

  it.each(Array.from({ length: TEXT.length - 1 }, (_, at) => at + 1))("are the same when the text is cut at %i", (cut) => {
    const frames = new Frames();
    expect([...frames.push(TEXT.slice(0, cut)), ...frames.push(TEXT.slice(cut))]).toEqual(WHOLE);
  });

  it("come once they are whole and not before", () => {
    const frames = new Frames();
    expect(frames.push("id: 7\ndata: x\n")).toEqual([]);
    expect(frames.push("\n")).toEqual([{ event: "message", id: 7, data: "x" }]);
  });

  it("leave the number of a mere sign of life behind", () => {
    const frames = new Frames();
    expect(frames.push("id: 9\n: alive\n\n")).toEqual([]);
    expect(frames.last).toBe(9);
  });

  it("take no number that is none", () => {
    const frames = new Frames();
    expect(frames.push("id: 1e3\ndata: x\n\n")[0]?.id).toBeNull();
    expect(frames.last).toBeNull();
  });
});
