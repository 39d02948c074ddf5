/** An address, or a part of one, as people write it: `für-elise` for `f%C3%BCr-elise`. */
export function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
