// Short words to the reader: what went wrong stays until it is closed; what went well is only said.
export interface Notice {
  text: string;
  tone: "problem" | "fine";
}

class Notices {
  shown = $state.raw<Notice | null>(null);
  #timer = 0;

  /** Something did not work: loud, stays. */
  problem(text: string): void {
    this.#show({ text, tone: "problem" }, 12_000);
  }

  /** Something small worked: quiet, goes. */
  fine(text: string): void {
    this.#show({ text, tone: "fine" }, 3_000);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.shown = null;
  }

  #show(notice: Notice, life: number): void {
    clearTimeout(this.#timer);
    this.shown = notice;
    this.#timer = window.setTimeout(() => this.close(), life);
  }
}

export const notices = new Notices();
