// Views: filters one comes back to, by name. The house's own ones stand first; those one saves stay on this browser.
export interface View {
  name: string;
  /** The address of the list under it. */
  to: string;
}

const MOST = 30;

class Views {
  saved = $state.raw<readonly View[]>([]);
  #key = "";

  /** Reads what this user saved on this browser. */
  open(user: string): void {
    this.#key = `jobyard-views:${user}`;
    this.saved = read(this.#key);
  }

  /** Saves a view; one of the same name is replaced. */
  save(view: View): void {
    this.#write([...this.saved.filter((one) => one.name !== view.name), view].slice(-MOST));
  }

  drop(name: string): void {
    this.#write(this.saved.filter((one) => one.name !== name));
  }

  #write(views: readonly View[]): void {
    this.saved = views;
    try {
      localStorage.setItem(this.#key, JSON.stringify(views));
    } catch {
      // A browser that keeps nothing has them until it is closed.
    }
  }
}

function read(key: string): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

/** Only addresses of the list are taken, whatever stands in the browser's store. */
function isView(value: unknown): value is View {
  const { name, to } = (value ?? {}) as Partial<View>;
  return typeof name === "string" && typeof to === "string" && (to === "/" || to.startsWith("/?"));
}

export const views = new Views();
