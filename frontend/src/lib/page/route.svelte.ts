// Where the reader is. A small router over the browser's history: real links, real addresses, the scroll kept for "back".
import { find, type Place } from "./places";

interface Kept {
  scroll?: number;
}

class Route {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));
  place: Place = $derived(find(this.path));
  /** How far the page we come back to was scrolled; a page reads it once it has its rows. */
  scroll = 0;

  constructor() {
    history.scrollRestoration = "manual";
    addEventListener("popstate", (event) => {
      this.scroll = (event.state as Kept | null)?.scroll ?? 0;
      this.#read();
    });
    document.addEventListener("click", (event) => this.#clicked(event));
    let timer = 0;
    addEventListener("scroll", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => this.#keep(), 150);
    });
  }

  /** Goes to an address of this page. */
  go(to: string, { replace = false } = {}): void {
    const url = new URL(to, location.href);
    if (replace) {
      history.replaceState(history.state, "", url);
    } else {
      this.#keep();
      history.pushState(null, "", url);
      this.scroll = 0;
    }
    const moved = url.pathname !== this.path;
    this.#read();
    if (moved && !replace) scrollTo(0, 0);
  }

  #read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  #keep(): void {
    history.replaceState({ scroll: scrollY } satisfies Kept, "");
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (find(link.pathname).name === "nowhere") return;
    event.preventDefault();
    this.go(link.href);
  }
}

export const route = new Route();
