// What the server answers when it does not do a thing (RFC 9457), and what stands for it when no answer came at all.
import { texts } from "../../texts";

export interface FieldFault {
  path: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly fields: FieldFault[] = [],
  ) {
    super(detail);
    this.name = "Problem";
  }

  /** No answer came: the server or the way to it is away. */
  get offline(): boolean {
    return this.status === 0;
  }
}

export const away = (): Problem => new Problem(0, "offline", texts.problem.offline);

/** Reads an error body of any shape; a body that is no problem document gives a plain sentence. */
export function problemOf(status: number, body: unknown): Problem {
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const detail = typeof told["detail"] === "string" && told["detail"] !== "" ? told["detail"] : texts.problem.status(status);
  const code = typeof told["code"] === "string" ? told["code"] : "unknown";
  const fields = Array.isArray(told["errors"]) ? told["errors"].filter(isFieldFault) : [];
  return new Problem(status, code, detail, fields);
}

function isFieldFault(value: unknown): value is FieldFault {
  return typeof value === "object" && value !== null && "path" in value && "message" in value;
}

/** The sentence to show for whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : texts.problem.unknown;
}
