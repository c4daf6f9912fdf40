// Single keys as commands. A screen says which keys it knows; typing in a field or an open dialog keeps them all.
type Command = (event: KeyboardEvent) => void;

class Keys {
  /** Whether the list of shortcuts is shown. */
  help = $state(false);
  #known: ReadonlyMap<string, Command> = new Map();

  /** Listens for these keys until the returned function is called. */
  know(commands: Record<string, Command>): () => void {
    const mine = new Map(Object.entries(commands));
    this.#known = mine;
    return () => {
      if (this.#known === mine) this.#known = new Map();
    };
  }

  pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement | null;
    if (target?.closest("input, textarea, select, [role=dialog], [role=alertdialog], [role=menu], [contenteditable]")) return;
    if (event.key === "?") {
      event.preventDefault();
      this.help = true;
      return;
    }
    const command = this.#known.get(event.key);
    if (!command) return;
    event.preventDefault();
    command(event);
  }
}

export const keys = new Keys();
