/**
 * Copies a text. Resolves with whether the browser has let the page do so. `field`: what shows the text, for pages that did
 * not come over TLS and have no clipboard but the old one; where that fails too, the text is selected in it.
 */
export async function copy(text: string, field?: HTMLInputElement | HTMLTextAreaElement | null): Promise<boolean> {
  field?.select();
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return field ? document.execCommand('copy') : false;
  }
}
