// One or many.
import { count } from "../lib/page/figures";

export const plural = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;
