// Light, dark, or as the machine says.
import { kept } from "./kept.svelte";

export type Theme = "auto" | "light" | "dark";
export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

class Look {
  #kept = kept<Theme>("jobyard-theme", "auto", THEMES);

  constructor() {
    this.#apply();
  }

  get theme(): Theme {
    return this.#kept.value;
  }

  choose(theme: Theme): void {
    this.#kept.value = theme;
    this.#apply();
  }

  #apply(): void {
    if (this.theme === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = this.theme;
  }
}

export const look = new Look();
