/** How lines of a plot differ beside their colour. */
export const DASHES: readonly number[][] = [[], [7, 4], [2, 3], [11, 3, 2, 3]];
