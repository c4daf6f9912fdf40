// Where files that programs put here are fetched from.

const PLACE = "/files/";

/** The address in this house of a file that a program put here; null for one that lies elsewhere. */
export function ownFile(job: string, address: string): string | null {
  try {
    const { protocol, pathname } = new URL(address);
    if (!/^https?:$/.test(protocol) || !pathname.startsWith(PLACE)) return null;
    const path = decodeURIComponent(pathname.slice(PLACE.length));
    return `/v1/experiments/${encodeURIComponent(job)}/file?path=${encodeURIComponent(path)}`;
  } catch {
    return null;
  }
}

/** What a file is called in its address. */
export function fileName(address: string): string {
  const last = address.split(/[?#]/)[0]?.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
