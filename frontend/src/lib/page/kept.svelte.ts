// A small choice of the reader, remembered on this browser.
export interface Kept<T extends string> {
  value: T;
}

export function kept<T extends string>(key: string, first: T, choices: readonly T[]): Kept<T> {
  let value = $state(read(key, first, choices));
  return {
    get value() {
      return value;
    },
    set value(next: T) {
      value = next;
      try {
        localStorage.setItem(key, next);
      } catch {
        // A browser that keeps nothing still changes for now.
      }
    },
  };
}

function read<T extends string>(key: string, first: T, choices: readonly T[]): T {
  try {
    const found = localStorage.getItem(key);
    return choices.find((choice) => choice === found) ?? first;
  } catch {
    return first;
  }
}
