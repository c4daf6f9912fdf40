// The page's clock: ticks once a second while somebody looks, and follows the server's time where ours is wrong.
const TRUST = 2_000;

class Clock {
  /** The server's time in milliseconds, as well as we know it. */
  now = $state(Date.now());
  #skew = 0;

  constructor() {
    setInterval(() => {
      if (document.visibilityState === "visible") this.tick();
    }, 1_000);
    document.addEventListener("visibilitychange", () => this.tick());
  }

  tick(): void {
    this.now = Date.now() + this.#skew;
  }

  /** Takes the Date header of an answer. It counts whole seconds, so a small difference says nothing. */
  heard(date: string | null): void {
    const theirs = date === null ? Number.NaN : Date.parse(date);
    if (Number.isNaN(theirs)) return;
    const skew = theirs + 500 - Date.now();
    const next = Math.abs(skew) > TRUST ? skew : 0;
    if (Math.abs(next - this.#skew) < TRUST) return;
    this.#skew = next;
    this.tick();
  }
}

export const clock = new Clock();
