// Reads server-sent events out of pieces of text, however the network cut them.
export interface Frame {
  event: string;
  /** The frame's number; null where it has none. */
  id: number | null;
  data: string;
}

export class Frames {
  #rest = "";
  #event = "";
  #id: number | null = null;
  #data: string[] = [];
  /** The newest number that came, with a frame or with a mere sign of life. */
  last: number | null = null;

  /** Takes the next piece and returns the frames that are whole now. Comments are skipped. */
  push(piece: string): Frame[] {
    const lines = (this.#rest + piece).split(/\r\n|\n/);
    this.#rest = lines.pop() ?? "";
    const frames: Frame[] = [];
    for (const line of lines) {
      const frame = this.#line(line);
      if (frame) frames.push(frame);
    }
    return frames;
  }

  #line(line: string): Frame | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && /^\d+$/.test(value)) this.#id = Number(value);
    return null;
  }

  #dispatch(): Frame | null {
    const frame = { event: this.#event || "message", id: this.#id, data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.last = this.#id ?? this.last;
    this.#event = "";
    this.#id = null;
    this.#data = [];
    return empty ? null : frame;
  }
}
